import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger, type Logger } from '../logging/logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createHealth, HealthProblem, type Health, type HealthCheck, type LiveVerdict } from './health.ts';
import { startHealthServer, type HealthServer } from './server.ts';

const identity = { app: 'worker', instanceId: 'w1' } as const;
const opened: (Health | HealthServer)[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const passes = async () => undefined;
const check = (run: HealthCheck['check'], needed = true, timeoutMs = 500): HealthCheck => ({
  check: run,
  needed,
  timeoutMs,
});

interface Stand {
  readonly get: (path: string, method?: string) => Promise<{ status: number; body: Record<string, unknown> }>;
  readonly stop: AbortController;
  readonly server: HealthServer;
}

async function serve(
  checks: Record<string, HealthCheck>,
  options: { live?: () => LiveVerdict; log?: Logger; cacheMs?: number } = {},
): Promise<Stand> {
  const stop = new AbortController();
  const health = createHealth({
    process: identity,
    checks,
    log: silentLogger,
    stopping: stop.signal,
    cacheMs: 0,
    version: '1.2.3',
    ...options,
  });
  const server = await startHealthServer({
    port: 0,
    host: '127.0.0.1',
    health,
    metrics: createMetrics(identity),
    log: silentLogger,
  });
  opened.push(server, health);
  return {
    stop,
    server,
    get: async (path, method = 'GET') => {
      const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
      return { status: answer.status, body: isJson && text !== '' ? JSON.parse(text) : { text } };
    },
  };
}

describe('alive, ready and well are three questions', () => {
  test('all is well', async () => {
    const { get } = await serve(
      { redis: check(passes) },
      { live: () => ({ alive: true, details: { active: 3 } }) },
    );
    expect(await get('/health/live')).toMatchObject({
      status: 200,
      body: { status: 'ok', app: 'worker', instance: 'w1', version: '1.2.3', details: { active: 3 } },
    });
    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { redis: { ok: true, needed: true } } },
    });
    expect(await get('/health?x=1')).toMatchObject({ status: 200, body: { live: { status: 'ok' } } });
  });

  test('a needed dependency is down: alive, not ready', async () => {
    const down = async () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
    const { get } = await serve({ redis: check(down), s3: check(passes) });
    expect((await get('/health/live')).status).toBe(200);
    const ready = await get('/health/ready');
    expect(ready).toMatchObject({
      status: 503,
      body: {
        status: 'unavailable',
        checks: { redis: { ok: false, error: 'ECONNREFUSED' }, s3: { ok: true } },
      },
    });
    expect((await get('/health')).status).toBe(503);
  });

  test('one that is not needed only shows', async () => {
    const problem = async () => Promise.reject(new HealthProblem('no poll for 45 s'));
    const { get } = await serve({ fal: check(problem, false) });
    expect(await get('/health')).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { fal: { ok: false, error: 'no poll for 45 s' } } },
    });
  });

  test('one that hangs is down after its time, and is told to give up', async () => {
    let told: AbortSignal | undefined;
    const hangs = (signal: AbortSignal) => {
      told = signal;
      return new Promise<void>(() => undefined);
    };
    const { get } = await serve({ db: check(hangs, true, 20) });
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      body: { checks: { db: { error: 'timeout' } } },
    });
    expect(told?.aborted).toBe(true);
  });

  test('a stuck process is not alive, and not well', async () => {
    const { get } = await serve({}, { live: () => ({ alive: false, reason: 'the poller is deaf' }) });
    expect(await get('/health/live')).toMatchObject({
      status: 503,
      body: { status: 'stuck', reason: 'the poller is deaf' },
    });
    expect((await get('/health/ready')).status).toBe(200);
    expect((await get('/health')).status).toBe(503);
  });

  test('a stopping process is alive, and not ready', async () => {
    const { get, stop } = await serve({ redis: check(passes) });
    stop.abort();
    expect((await get('/health/live')).status).toBe(200);
    expect(await get('/health/ready')).toMatchObject({ status: 503, body: { status: 'stopping' } });
  });

  test('many probes cost one round of checks', async () => {
    const run = vi.fn<HealthCheck['check']>(passes);
    const { get } = await serve({ db: check(run) }, { cacheMs: 60_000 });
    await Promise.all([get('/health'), get('/health/ready'), get('/health/ready')]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('nothing internal is in an answer; the log hears of a change once', async () => {
    let broken = true;
    const lines: string[] = [];
    const note = (message: string) => void lines.push(message);
    const fails = async () => {
      if (broken) throw new Error('postgresql://aisha:secret@db/aisha refused');
    };
    const { get } = await serve({ db: check(fails) }, { log: { ...silentLogger, warn: note, info: note } });
    await get('/health');
    const { body } = await get('/health');
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(body).toMatchObject({ checks: { db: { error: 'Error' } } });
    broken = false;
    await get('/health');
    expect(lines).toEqual(['health check fails', 'health check passes again']);
  });
});

describe('the server', () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await serve({});
  });

  test('gives metrics with the names that dashboards know', async () => {
    const { status, body } = await stand.get('/metrics');
    expect(status).toBe(200);
    expect(body['text']).toContain('process_cpu_seconds_total');
    expect(body['text']).toContain('# TYPE aisha_telegram_updates_total counter');
    expect(body['text']).toContain('# TYPE aisha_job_seconds histogram');
  });

  test('knows no other path or method, and answers HEAD', async () => {
    expect((await stand.get('/')).status).toBe(404);
    expect((await stand.get('/health/live', 'POST')).status).toBe(405);
    expect(await stand.get('/health/live', 'HEAD')).toEqual({ status: 200, body: { text: '' } });
  });

  test('says when its port is taken', async () => {
    const health = createHealth({ process: identity, checks: {}, log: silentLogger });
    opened.push(health);
    const second = startHealthServer({
      port: stand.server.port,
      host: '127.0.0.1',
      health,
      metrics: createMetrics(identity),
      log: silentLogger,
    });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

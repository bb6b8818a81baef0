import { createMetrics, silentLogger, TransientError, type LogFields, type Logger } from '@aisha/service';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectProducer, KEY_PREFIX, pingRedis } from './connection.ts';
import { watchConsumption } from './consumption.ts';
import { startDepthCollector } from './depth.ts';
import { createProducerFor } from './producer.ts';
import { testJobs, testQueues } from './testing/bench-catalog.ts';
import { startStand, type Stand } from './testing/stand.ts';
import type { Workers } from './workers.ts';

let stand: Stand;
const running: Workers[] = [];
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.close());
beforeEach(async () => {
  await stand.redis.flushall();
  // The test before may have taken Redis away.
  await vi.waitFor(() => stand.producerConnection.ping(), { timeout: 5_000 });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((workers) => workers.close(500)));
});

function work(...args: Parameters<Stand['work']>): Workers {
  const workers = stand.work(...args);
  running.push(workers);
  return workers;
}

const child = fileURLToPath(new URL('./testing/child-worker.ts', import.meta.url));

/** A worker process that holds the given job; kill it. */
async function startHolder() {
  const holder = spawn(process.execPath, ['--conditions=@aisha/source', child, stand.service.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  holder.stdout.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  await stand.producer.enqueue('once', { id: 'held' });
  await expect.poll(() => lines.join(''), { timeout: 10_000 }).toContain('holding held');
  return holder;
}

describe('a worker process that is killed', () => {
  test('loses its job to another one', async () => {
    const holder = await startHolder();
    const ran = vi.fn<() => Promise<void>>(async () => undefined);
    work({ handle: { once: ran } });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await expect.poll(() => ran.mock.calls.length, { timeout: 10_000 }).toBe(1);
  });

  test('again and again by the same job: the job is given up and told', async () => {
    const holder = await startHolder();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const given: string[] = [];
    const [id] = await stand.redis.lrange(`${KEY_PREFIX}:quick:active`, 0, 0);
    // As if it had lost its worker as often as the queue allows.
    await stand.redis.hset(`${KEY_PREFIX}:quick:${id}`, 'stc', testQueues.quick.maxStalledCount);
    work({ handle: {}, giveUp: async (name) => void given.push(name) });
    await expect.poll(() => given, { timeout: 10_000 }).toEqual(['once']);
  });

  test('that was only frozen finds its job taken over and stops working on it', async () => {
    const reasons: string[] = [];
    const begun = Promise.withResolvers<void>();
    work({
      only: ['quick'],
      handle: {
        once: async (_payload, { signal }) => {
          begun.resolve();
          await new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reasons.push(signal.reason instanceof Error ? signal.reason.constructor.name : '');
              reject(signal.reason);
            });
          });
        },
      },
    });
    await stand.producer.enqueue('once', { id: 'a' });
    await begun.promise;
    const [id] = await stand.redis.lrange(`${KEY_PREFIX}:quick:active`, 0, 0);
    await stand.redis.set(`${KEY_PREFIX}:quick:${id}:lock`, 'somebody else', 'PX', 60_000);
    await expect.poll(() => reasons, { timeout: 5_000 }).toEqual(['LockLost']);
  });
});

describe('Redis', () => {
  test('restarted under load: everything that was accepted runs, and both sides come back by themselves', async () => {
    const ran = new Set<string>();
    const accepted: string[] = [];
    work({ handle: { once: async ({ id }) => void ran.add(id) } });
    const refused: unknown[] = [];
    const stop = new AbortController();
    const load = (async () => {
      for (let n = 0; !stop.signal.aborted; n++) {
        const id = String(n);
        try {
          await stand.producer.enqueue('once', { id });
          accepted.push(id);
        } catch (error) {
          refused.push(error);
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    })();
    await expect.poll(() => ran.size).toBeGreaterThan(50);
    await stand.service.restart();
    const before = accepted.length;
    await expect.poll(() => accepted.length, { timeout: 10_000 }).toBeGreaterThan(before + 50);
    stop.abort();
    await load;
    expect(refused.filter((error) => !(error instanceof TransientError))).toEqual([]);
    await expect.poll(() => accepted.filter((id) => !ran.has(id)), { timeout: 10_000 }).toEqual([]);
  });

  test('emptied while jobs run: nothing hangs, and what is enqueued again runs', async () => {
    const ran: string[] = [];
    const open = Promise.withResolvers<void>();
    work({
      handle: {
        once: async ({ id }) => {
          ran.push(id);
          await open.promise;
        },
        again: async ({ id }) => void ran.push(id),
      },
    });
    for (const id of ['a', 'b']) await stand.producer.enqueue('once', { id });
    await stand.producer.enqueue('again', { id: 'waits' }, { delayMs: 60_000 });
    await expect.poll(() => ran.length).toBe(2);
    await stand.redis.flushall();
    open.resolve();
    // What the sweeper does.
    expect(await stand.producer.enqueue('once', { id: 'a' })).toBe('added');
    expect(await stand.producer.enqueue('again', { id: 'waits' })).toBe('added');
    await expect.poll(() => ran.toSorted(), { timeout: 10_000 }).toEqual(['a', 'a', 'b', 'waits']);
  });

  test('away: a producer fails fast, also one that was made meanwhile, and works once Redis is back', async () => {
    const lines: string[] = [];
    const note = (message: string, _fields?: LogFields) => void lines.push(message);
    const log: Logger = { ...silentLogger, info: note, warn: note, child: () => log };
    await stand.service.stop();
    const connection = connectProducer({ url: stand.service.url }, log);
    const producer = createProducerFor(testJobs, connection, { log });
    try {
      const startedAt = performance.now();
      await expect(producer.enqueue('once', { id: 'a' })).rejects.toBeInstanceOf(TransientError);
      await expect(stand.producer.enqueue('once', { id: 'a' })).rejects.toBeInstanceOf(TransientError);
      await expect(pingRedis(connection, AbortSignal.timeout(1_000))).rejects.toThrow('writeable');
      expect(performance.now() - startedAt).toBeLessThan(2_500);
      await stand.service.restart();
      await vi.waitFor(() => producer.enqueue('once', { id: 'a' }), { timeout: 5_000 });
      await vi.waitFor(() => stand.producer.enqueue('once', { id: 'b' }), { timeout: 5_000 });
      expect(lines).toEqual(['redis is away', 'redis is back']);
    } finally {
      await producer.close();
      connection.disconnect();
    }
  });

  test('frozen: a producer gives up within seconds, and both sides go on once it answers again', async () => {
    const ran: string[] = [];
    const workers = work({ handle: { once: async ({ id }) => void ran.push(id) } });
    await stand.producer.enqueue('once', { id: 'before' });
    await expect.poll(() => ran).toEqual(['before']);
    process.kill(stand.service.pid, 'SIGSTOP');
    const startedAt = performance.now();
    try {
      const frozen = stand.producer.enqueue('once', { id: 'frozen' });
      await expect(frozen).rejects.toBeInstanceOf(TransientError);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    } finally {
      process.kill(stand.service.pid, 'SIGCONT');
    }
    await vi.waitFor(() => stand.producer.enqueue('once', { id: 'after' }), { timeout: 10_000 });
    await expect.poll(() => ran, { timeout: 10_000 }).toContain('after');
    expect(workers.isRunning()).toBe(true);
  });

  test('away: workers close in time all the same', async () => {
    const workers = work({ handle: {} });
    await stand.producer.enqueue('once', { id: 'a' });
    await expect.poll(() => workers.started('quick')).toBe(1);
    await stand.service.stop();
    try {
      const startedAt = performance.now();
      await workers.close(1_500);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    } finally {
      await stand.service.restart();
    }
  });
});

describe('the depth of a queue', () => {
  test('is measured, and a consumer that takes nothing although jobs wait is noticed', async () => {
    const metrics = createMetrics({ app: 'worker', instanceId: 'test' });
    const depth = startDepthCollector({
      connection: stand.producerConnection,
      queues: ['quick', 'other'],
      metrics,
      log: silentLogger,
    });
    try {
      for (const id of ['a', 'b']) await stand.producer.enqueue('once', { id });
      await stand.producer.enqueue('once', { id: 'c' }, { delayMs: 60_000 });
      await depth.collect();
      expect(depth.latest('quick')).toMatchObject({ waiting: 2, active: 0, delayed: 1, failed: 0 });
      expect(depth.latest('quick')?.oldestSeconds).toBeGreaterThanOrEqual(0);
      const text = await metrics.registry.metrics();
      expect(text).toMatch(/aisha_queue_jobs\{queue="quick",state="waiting",.*\} 2/);

      let free = 0;
      const [watch] = watchConsumption({
        workers: { queues: ['quick'], active: () => 4 - free, started: () => 0 },
        depth,
        queues: testQueues,
        maxSilenceMs: 60_000,
      });
      expect(watch?.observe()).toBe('idle');
      free = 1;
      expect(watch?.observe()).toBe('silent');
    } finally {
      await depth.close();
    }
  });
});

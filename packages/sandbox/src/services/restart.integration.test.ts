import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { freePort } from './ports.ts';
import { inspectProcess, runningProcesses } from './proc.ts';
import { renderTemplate, startNginx } from './nginx.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

const dir = mkdtempSync(join(tmpdir(), 'aisha-services-'));
const runDir = join(dir, 'run');
const log = () => undefined;
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const query = async (connectionString: string, text: string) => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
};

describe('a service that was killed', () => {
  test('PostgreSQL comes back with what was committed, and leaves no process behind when it stops', async () => {
    const dataDir = join(dir, 'postgres');
    const first = await startPostgres({ dataDir, runDir, log });
    await query(first.url, 'create table kept (n int); insert into kept values (1)');
    await first.kill();
    const again = await startPostgres({ dataDir, runDir, port: first.port, log });
    expect(await query(again.url, 'select n from kept')).toEqual([{ n: 1 }]);
    // Nobody stops `again`, as after SIGKILL of the launcher: the next start ends it and takes over.
    const third = await startPostgres({ dataDir, runDir, log });
    expect(inspectProcess(again.pid)).toBeNull();
    expect(await query(third.url, 'select n from kept')).toEqual([{ n: 1 }]);
    await third.stop();
    expect(runningProcesses().filter(({ command }) => command.includes(dataDir))).toEqual([]);
  });

  test('Redis comes back with its queues', async () => {
    const service = await startRedis({ dataDir: join(dir, 'redis'), runDir, log });
    const redis = new Redis(service.url);
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    await redis.set('kept', 'yes');
    await redis.quit();
    await service.restart();
    const later = new Redis(service.url);
    expect(await later.get('kept')).toBe('yes');
    await later.quit();
    await service.stop();
    expect(inspectProcess(service.pid)).toBeNull();
  });
});

describe('nginx', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });
  const replica = async (answer: (body: string, headers: Record<string, unknown>) => [number, string]) => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const [status, text] = answer(Buffer.concat(chunks).toString(), request.headers);
        response.writeHead(status).end(text);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    servers.push(server);
    const address: AddressInfo | string | null = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  };
  const start = (upstreamPorts: number[]) =>
    startNginx({ dataDir: join(dir, `nginx-${randomUUID()}`), runDir, upstreamPorts, log });

  test('gives a webhook whose replica is down or refuses to the other one, whole and with its headers', async () => {
    const down = await freePort();
    const stopping = await replica(() => [503, 'stopping']);
    const seen: Record<string, unknown>[] = [];
    const up = await replica((body, headers) => {
      seen.push(headers);
      return [200, body];
    });
    const nginx = await start([down, stopping, up]);
    try {
      const body = JSON.stringify({ request_id: 'r', text: 'я'.repeat(100_000) });
      for (let n = 0; n < 6; n++) {
        const answer = await fetch(`${nginx.url}/webhook/fal/status?job=1&token=t`, { method: 'POST', body });
        expect(answer.status).toBe(200);
        expect((await answer.text()) === body).toBe(true);
        expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
      }
      expect(seen).toHaveLength(6);
      expect(seen[0]).toMatchObject({
        host: `127.0.0.1:${nginx.port}`,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
      });
      expect(seen[0]?.['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    } finally {
      await nginx.stop();
    }
    expect(runningProcesses().filter(({ session }) => session === nginx.pid)).toEqual([]);
  });

  test('asks the other replica after 0.7 s of silence, and waits longer for whoever is there when nobody is quick', async () => {
    let asked = 0;
    const silent = createServer(() => (asked += 1));
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    servers.push(silent);
    const address = silent.address();
    const frozen = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const post = async ({ url }: { url: string }) => {
      const begun = performance.now();
      const { status } = await fetch(`${url}/webhook/telegram`, { method: 'POST', body: '{}' });
      return { status, ms: performance.now() - begun };
    };
    const nginx = await start([frozen, await replica(() => [200, 'ok'])]);
    try {
      const answers = [await post(nginx), await post(nginx)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(asked).toBeGreaterThan(0);
      // Far below the 6 s of patience, whatever else the machine does.
      for (const { ms } of answers) expect(ms).toBeLessThan(4_000);
    } finally {
      await nginx.stop();
    }
    const slow = createServer((_request, response) => setTimeout(() => response.end('late'), 1_500));
    await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done));
    servers.push(slow);
    const late = slow.address();
    const alone = await start([typeof late === 'object' ? (late?.port ?? 0) : 0]);
    try {
      expect((await post(alone)).status).toBe(200);
    } finally {
      await alone.stop();
    }
  });

  test('refuses a webhook of 10 MB, other methods and what is not public', async () => {
    const nginx = await start([await replica(() => [200, 'ok']), await replica(() => [200, 'ok'])]);
    try {
      const status = async (path: string, init?: RequestInit) => (await fetch(nginx.url + path, init)).status;
      expect(await status('/webhook/telegram', { method: 'POST', body: Buffer.alloc(10_000_000) })).toBe(413);
      expect(await status('/webhook/telegram', { method: 'POST', body: '{}' })).toBe(200);
      expect(await status('/webhook/telegram')).toBe(405);
      expect(await status('/health')).toBe(200);
      expect(await status('/metrics')).toBe(404);
      expect(await status('/health/ready')).toBe(404);
    } finally {
      await nginx.stop();
    }
  });

  test('says which place of its template nobody fills in', () => {
    expect(() => renderTemplate('listen {{PORT}};', {})).toThrow('{{PORT}}');
    expect(() => renderTemplate('root "{{DIR}}";', { DIR: 'a"b' })).toThrow('misread');
  });
});

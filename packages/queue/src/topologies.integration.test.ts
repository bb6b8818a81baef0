import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { loadParts, type RedisConfig } from '@aisha/config';
import { createMetrics, silentLogger } from '@aisha/service';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectProducer, type RedisConnection } from './connection.ts';
import { createProducerFor } from './producer.ts';
import { nothingToEnd } from './run-job.ts';
import { testJobs, testQueues } from './testing/bench-catalog.ts';
import { startWorkersFor } from './workers.ts';

const dir = mkdtempSync(join(tmpdir(), 'aisha-topology-'));
const children: ChildProcess[] = [];
const closing: (() => void)[] = [];
afterAll(async () => {
  const alive = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  const ended = alive.map((child) => once(child, 'exit'));
  for (const child of alive) child.kill('SIGKILL');
  for (const close of closing) close();
  await Promise.all(ended);
  rmSync(dir, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  // A cluster's bus listens 10,000 above.
  return address.port > 55_000 ? address.port - 20_000 : address.port;
}

function redisServer(port: number, settings: readonly string[], ...words: string[]): ChildProcess {
  const home = join(dir, String(port));
  mkdirSync(home, { recursive: true });
  const file = join(home, 'redis.conf');
  writeFileSync(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${home}`, 'save ""', ...settings].join('\n'));
  const child = spawn('redis-server', [file, ...words], { stdio: 'ignore' });
  children.push(child);
  return child;
}

const ask = (port: number, ...words: string[]) =>
  execFileSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8', stdio: 'pipe' });
/** Waits until a server says this; one that does not answer yet is asked again. */
const says = (port: number, words: readonly string[], expected: RegExp) =>
  vi.waitFor(() => expect(ask(port, ...words)).toMatch(expected), { timeout: 20_000, interval: 50 });
const password = ['-a', 'kept-safe'];

/** A Redis that speaks TLS, with a certificate of an authority made for this test: its port, and that authority's file. */
async function encryptedRedis(): Promise<{ port: number; ca: string; heard: () => number }> {
  const at = (name: string) => join(dir, name);
  const openssl = (words: string) => execFileSync('openssl', words.split(' '), { cwd: dir, stdio: 'ignore' });
  openssl('req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Authority -keyout ca.key -out ca.pem');
  openssl('req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost');
  openssl(
    'x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem',
  );
  const behind = await freePort();
  redisServer(behind, []);
  await says(behind, ['ping'], /PONG/);
  let heard = 0;
  const [key, cert] = [readFileSync(at('server.key')), readFileSync(at('server.pem'))];
  const front = createTlsServer({ key, cert }, (socket) => {
    const through = connect(behind, '127.0.0.1');
    for (const one of [socket, through]) one.on('error', () => socket.destroy());
    socket.on('data', (chunk) => (heard += chunk.length));
    socket.pipe(through).pipe(socket);
  });
  front.listen(0);
  await once(front, 'listening');
  closing.push(() => front.close());
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, ca: at('ca.pem'), heard: () => heard };
}

/** What an operator sets, parsed as every process does. */
const configOf = (env: Record<string, string>): RedisConfig => loadParts('test', ['redis'], env).redis;

/** Enqueues and works, as the processes do; resolves when every number was handled, with how many. */
async function work(
  config: RedisConfig,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<number> {
  const connection: RedisConnection = connectProducer(config, silentLogger);
  const producer = createProducerFor(testJobs, connection, { log: silentLogger });
  const done = new Set<string>();
  const handler = { handle: async ({ id }: { id: string }) => void done.add(id), giveUp: nothingToEnd };
  const workers = startWorkersFor(testQueues, testJobs, {
    redis: config,
    log: silentLogger,
    metrics: createMetrics({ app: 'worker', instanceId: 'test' }),
    abortGraceMs: 100,
    handlers: { once: handler, again: handler, elsewhere: handler },
  });
  const ids = (from: number) => Array.from({ length: 20 }, (_, n) => `n${from + n}`);
  try {
    for (const [from, before] of [
      [0, async () => undefined],
      [20, meanwhile],
    ] as const) {
      await before();
      for (const id of ids(from))
        await expect
          .poll(() => producer.enqueue('once', { id }).catch(() => 'away'), { timeout: 20_000 })
          .toMatch(/added|duplicate/);
      await expect.poll(() => ids(from).filter((id) => !done.has(id)), { timeout: 20_000 }).toEqual([]);
    }
    return done.size;
  } finally {
    await workers.close(1_000);
    await producer.close();
    connection.disconnect();
  }
}

describe('Redis behind Sentinel', () => {
  let config: RedisConfig;
  let primary: ChildProcess;

  beforeAll(async () => {
    const [main, copy, ...sentinels] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    if (main === undefined || copy === undefined) throw new Error('no ports');
    const auth = ['requirepass kept-safe', 'masterauth kept-safe', 'repl-diskless-sync-delay 0'];
    primary = redisServer(main, auth);
    redisServer(copy, [...auth, `replicaof 127.0.0.1 ${main}`]);
    for (const port of sentinels)
      redisServer(
        port,
        [
          `sentinel monitor aisha 127.0.0.1 ${main} 2`,
          'sentinel auth-pass aisha kept-safe',
          'sentinel down-after-milliseconds aisha 700',
          'sentinel failover-timeout aisha 3000',
        ],
        '--sentinel',
      );
    await says(copy, [...password, 'info', 'replication'], /master_link_status:up/);
    for (const port of sentinels)
      await says(port, ['sentinel', 'master', 'aisha'], /num-slaves\n1\nnum-other-sentinels\n2/);
    config = configOf({
      REDIS_SENTINELS: sentinels.map((port) => `127.0.0.1:${port}`).join(','),
      REDIS_SENTINEL_NAME: 'aisha',
      REDIS_PASSWORD: 'kept-safe',
    });
  }, 60_000);

  test('works, and goes on with the replica when the master dies', async () => {
    const handled = await work(config, async () => {
      primary.kill('SIGKILL');
    });
    expect(handled).toBe(40);
  }, 60_000);
});

describe('a Redis Cluster', () => {
  let config: RedisConfig;

  beforeAll(async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    for (const port of ports)
      redisServer(port, [
        'cluster-enabled yes',
        'cluster-config-file nodes.conf',
        'cluster-node-timeout 2000',
        'requirepass kept-safe',
      ]);
    for (const port of ports) await says(port, [...password, 'ping'], /PONG/);
    const [first = 0] = ports;
    const nodes = ports.map((port) => `127.0.0.1:${port}`);
    ask(first, ...password, '--cluster', 'create', ...nodes, '--cluster-yes');
    for (const port of ports) await says(port, [...password, 'cluster', 'info'], /cluster_state:ok/);
    config = configOf({
      REDIS_CLUSTER_NODES: nodes.slice(1).join(' '),
      REDIS_URL: `redis://:kept-safe@127.0.0.1:${first}`,
    });
  }, 60_000);

  test('works: all keys of a queue are in one slot', async () => {
    expect(await work(config)).toBe(40);
  }, 60_000);
});

test('sentinels beside a cluster are refused in words', () => {
  expect(() => configOf({ REDIS_SENTINELS: 'a:1', REDIS_CLUSTER_NODES: 'b:2' })).toThrow(
    'REDIS_CLUSTER_NODES: stands beside REDIS_SENTINELS',
  );
});

test('over TLS a foreign certificate is refused before anything is said; an authority of its own is named', async () => {
  const { port, ca, heard } = await encryptedRedis();
  const through = (query: string) => configOf({ REDIS_URL: `rediss://localhost:${port}/0${query}` });
  const connection = connectProducer(through(''), silentLogger);
  const refused = await new Promise<Error>((resolve) => connection.once('error', resolve));
  connection.disconnect();
  expect(refused).toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/) });
  expect(heard()).toBe(0);
  for (const query of [
    `?ssl_ca_certs=${ca}&ssl_cert_reqs=required`,
    '?ssl_cert_reqs=CERT_NONE&socket_timeout=5',
  ])
    expect(await work(through(query))).toBe(40);
  expect(() => through('?ssl_cert_reqs=maybe')).toThrow(/REDIS_URL: has an unknown ssl_cert_reqs/);
  expect(() => through('?ssl_ca_certs=/nowhere.pem')).toThrow(/REDIS_URL: names a file/);
});

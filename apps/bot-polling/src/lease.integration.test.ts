import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectConsumer, connectProducer } from '@aisha/queue';
import { type RedisService, startRedis } from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import type { RedisConnection } from '@aisha/queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Hold, Lease, type LeaseOptions } from './lease.ts';

const KEY = '{aisha}:poller:1';
const TTL_MS = 1_200;
const RENEW_MS = 300;

const dir = mkdtempSync(join(tmpdir(), 'aisha-lease-'));
let service: RedisService;
const connections: RedisConnection[] = [];
const holds: Hold[] = [];
beforeAll(async () => {
  service = await startRedis({ dataDir: dir, runDir: dir, persistent: false, log: () => undefined });
});
afterAll(async () => {
  await service.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  await connect(service.url).flushall();
});
afterEach(async () => {
  await Promise.all(holds.splice(0).map((hold) => hold.release()));
  for (const connection of connections.splice(0)) connection.disconnect();
});

function connect(url = service.appUrl): RedisConnection {
  const connection = connectConsumer({ url }, silentLogger);
  connections.push(connection);
  return connection;
}

function contender(
  change: (redis: RedisConnection) => RedisConnection = (redis) => redis,
  life: LeaseOptions['life'] = null,
): Lease {
  const redis = connectProducer({ url: service.appUrl }, silentLogger);
  connections.push(redis);
  return new Lease({
    redis: change(redis),
    subscriber: connect(),
    key: KEY,
    owner: randomUUID(),
    life,
    ttlMs: TTL_MS,
    renewMs: RENEW_MS,
    log: silentLogger,
  });
}

const never = new AbortController().signal;

async function take(lease: Lease, signal = never): Promise<Hold> {
  const hold = await lease.acquire(signal);
  if (!hold) throw new Error('not acquired');
  holds.push(hold);
  return hold;
}

const ended = (hold: Hold) =>
  new Promise<number>((resolve) => {
    const done = () => resolve(performance.now());
    if (hold.signal.aborted) done();
    else hold.signal.addEventListener('abort', done, { once: true });
  });

describe('the lease', () => {
  test('belongs to one of many, and to the others only after it was given back', async () => {
    const contenders = Array.from({ length: 4 }, () => contender());
    const order: string[] = [];
    let held = 0;
    await Promise.all(
      contenders.map(async (lease) => {
        const hold = await take(lease);
        expect((held += 1)).toBe(1);
        order.push(lease.owner);
        expect(await connect().get(KEY)).toBe(lease.owner);
        held -= 1;
        await hold.release();
      }),
    );
    expect(new Set(order)).toEqual(new Set(contenders.map(({ owner }) => owner)));
    expect(await connect().exists(KEY)).toBe(0);
  });

  test('is kept by renewing it, longer than it would last', async () => {
    const lease = contender();
    const hold = await take(lease);
    const since = performance.now();
    await expect.poll(() => performance.now() - since > TTL_MS * 2, { timeout: 10_000 }).toBe(true);
    expect(hold.held()).toBe(true);
    expect(await connect().get(KEY)).toBe(lease.owner);
    expect(performance.now() - lease.lastAnswerAt).toBeLessThan(RENEW_MS * 4);
  });

  test('wakes the standby when it is given back, long before it would run out', async () => {
    const hold = await take(contender());
    const standby = contender();
    const taken = take(standby);
    await expect.poll(() => connect().pubsub('NUMSUB', `${KEY}:released`)).toEqual([`${KEY}:released`, 2]);
    const released = performance.now();
    await hold.release();
    await taken;
    expect(performance.now() - released).toBeLessThan(TTL_MS / 2);
    expect(hold.held()).toBe(false);
    expect(hold.signal.aborted).toBe(true);
  });

  test('of somebody else is neither renewed nor deleted', async () => {
    const hold = await take(contender());
    await connect().set(KEY, 'somebody-else');
    await ended(hold);
    await hold.release();
    expect(await connect().get(KEY)).toBe('somebody-else');
  });

  test('is lost when Redis is emptied, and the holder stops', async () => {
    const hold = await take(contender());
    const before = performance.now();
    await connect(service.url).flushall();
    expect((await ended(hold)) - before).toBeLessThan(RENEW_MS * 3);
    expect(hold.held()).toBe(false);
  });

  test('is not waited for any more by a process that stops', async () => {
    await take(contender());
    const stopping = new AbortController();
    const waiting = contender().acquire(stopping.signal);
    stopping.abort();
    expect(await waiting).toBeNull();
  });

  test('ends for a process that stops, and stays its own until it is given back', async () => {
    const stopping = new AbortController();
    const lease = contender();
    const hold = await take(lease, stopping.signal);
    stopping.abort();
    expect(hold.signal.aborted).toBe(true);
    expect(hold.held()).toBe(true);
    expect(await connect().get(KEY)).toBe(lease.owner);
  });
});

describe('the sign of life of a holder', () => {
  /** Whose sign is seen, and what ends it. */
  function signs() {
    const ends = new Map<string, () => void>();
    const losses = new Set<() => void>();
    return {
      life: {
        gone: (name: string, signal: AbortSignal) =>
          new Promise<boolean>((resolve) => {
            ends.set(name, () => resolve(true));
            signal.addEventListener('abort', () => resolve(false), { once: true });
          }),
        onLost: (listener: () => void) => {
          losses.add(listener);
          return () => void losses.delete(listener);
        },
      },
      watched: (name: string) => ends.has(name),
      end: (name: string) => ends.get(name)?.(),
      loseOwn: () => losses.forEach((listener) => listener()),
    };
  }
  const patient = { timeout: 5_000, interval: 10 };

  test('is watched by the standby, which takes the lease of one that is gone long before it would run out', async () => {
    const killed = contender();
    const hold = await take(killed);
    const { life, watched, end } = signs();
    const standby = contender(undefined, life);
    const taken = take(standby);
    await expect.poll(() => watched(killed.owner), patient).toBe(true);
    const left = await connect().pttl(KEY);
    const at = performance.now();
    end(killed.owner);
    await taken;
    expect(performance.now() - at).toBeLessThan(Math.min(left, TTL_MS / 2));
    expect(await connect().get(KEY)).toBe(standby.owner);
    await ended(hold);
  });

  test('that ends says nothing about whoever holds the lease by then', async () => {
    const first = contender();
    await take(first);
    const { life, watched, end } = signs();
    const stopping = new AbortController();
    const standby = contender(undefined, life).acquire(stopping.signal);
    await expect.poll(() => watched(first.owner), patient).toBe(true);
    await connect().set(KEY, 'somebody-else');
    end(first.owner);
    await expect.poll(() => watched('somebody-else'), patient).toBe(true);
    expect(await connect().get(KEY)).toBe('somebody-else');
    stopping.abort();
    expect(await standby).toBeNull();
  });

  test('that is lost ends the hold: the standby has seen it too', async () => {
    const { life, loseOwn } = signs();
    const hold = await take(contender(undefined, life));
    loseOwn();
    expect(hold.signal.aborted).toBe(true);
    expect(hold.held()).toBe(false);
  });
});

describe('a Redis that hangs', () => {
  test('is noticed by the holder itself, before anybody else can have the lease', async () => {
    const hold = await take(contender());
    process.kill(service.pid, 'SIGSTOP');
    const hung = performance.now();
    const stopped = await ended(hold);
    process.kill(service.pid, 'SIGCONT');
    expect(stopped - hung).toBeLessThan(TTL_MS);
    expect(hold.held()).toBe(false);
    // Renewals that waited in Redis may prolong it by its time once more; then it is free.
    await take(contender());
  });

  test('for less than a renewal or two costs nothing', async () => {
    const hold = await take(contender());
    process.kill(service.pid, 'SIGSTOP');
    const hung = performance.now();
    await expect.poll(() => performance.now() - hung > RENEW_MS).toBe(true);
    process.kill(service.pid, 'SIGCONT');
    await expect.poll(() => performance.now() - hung > TTL_MS * 1.5, { timeout: 5_000 }).toBe(true);
    expect(hold.held()).toBe(true);
  });
});

describe('an answer that gets lost', () => {
  /** The real connection, whose first request for the lease is carried out and never answered. */
  const losingFirst = (redis: RedisConnection): RedisConnection => {
    let lost = false;
    return new Proxy(redis, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'eval' || lost) return value.bind(target);
        lost = true;
        return async (...command: unknown[]) => {
          await Reflect.apply(value, target, command);
          // It is found out late that it was carried out.
          await new Promise((resolve) => setTimeout(resolve, RENEW_MS * 2));
          throw new Error('Command timed out');
        };
      },
    });
  };

  test('leaves the lease ours, with its whole time before it', async () => {
    const lease = contender(losingFirst);
    const hold = await take(lease);
    expect(await connect().get(KEY)).toBe(lease.owner);
    expect(await connect().pttl(KEY)).toBeGreaterThan(TTL_MS - RENEW_MS);
    expect(hold.held()).toBe(true);
  });
});

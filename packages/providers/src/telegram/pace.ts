import type { Cluster, Redis } from 'ioredis';

/** A token bucket: `burst` at once, then one per `intervalMs`. */
export interface Pace {
  readonly intervalMs: number;
  readonly burst: number;
}

export interface PaceStore {
  /** Takes `cost` places, or takes nothing and says after how many milliseconds there is one. Leaves `reserve` to others. */
  take(
    key: string,
    pace: Pace,
    options?: { readonly cost?: number; readonly reserve?: number },
  ): Promise<number>;
  /** Nobody gets a place before that time; afterwards they come one by one, not in a burst. */
  block(key: string, pace: Pace, milliseconds: number): Promise<void>;
}

/*
 * GCRA: one number per key, the time at which the bucket will be full again. rate-limiter-flexible counts in
 * fixed windows, in which whoever comes after a burst waits for the whole window to end.
 */
const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = full - now - tonumber(ARGV[2])
if wait > 0 then return wait end
full = full + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', string.format('%.0f', full - now))
return 0`;

const blockScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now + tonumber(ARGV[1]))
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', string.format('%.0f', full - now))
return 0`;

/** A Redis that does not answer must not hold up a send. */
const REDIS_TIMEOUT_MS = 500;
/** After a failure Redis is left alone for so long. */
const REDIS_PAUSE_MS = 2_000;

/** Shared by all processes through Redis; while Redis is away each process counts alone. */
export function createPaceStore(redis: Redis | Cluster | null, prefix: string): PaceStore {
  const memory = memoryPace();
  let awayUntil = 0;

  const run = async (script: string, key: string, args: readonly number[]): Promise<number | null> => {
    if (redis === null || redis.status !== 'ready' || performance.now() < awayUntil) return null;
    try {
      const answer = await within(redis.eval(script, 1, prefix + key, ...args), REDIS_TIMEOUT_MS);
      return Number(answer);
    } catch {
      // Why Redis fails is its own connection's to report.
      awayUntil = performance.now() + REDIS_PAUSE_MS;
      return null;
    }
  };

  return {
    async take(key, pace, { cost = 1, reserve = 0 } = {}) {
      const tolerance = toleranceOf(pace, reserve);
      const shared = await run(takeScript, key, [cost * pace.intervalMs, tolerance]);
      return shared ?? memory.take(key, cost * pace.intervalMs, tolerance);
    },
    async block(key, pace, milliseconds) {
      const full = Math.ceil(milliseconds) + toleranceOf(pace, 0);
      const shared = await run(blockScript, key, [full]);
      if (shared === null) memory.block(key, full);
    },
  };
}

function toleranceOf({ intervalMs, burst }: Pace, reserve: number): number {
  return (burst - 1 - reserve) * intervalMs;
}

const MOST_KEYS = 10_000;

function memoryPace() {
  const fullAt = new Map<string, number>();
  const keep = (key: string, full: number, now: number) => {
    if (fullAt.size >= MOST_KEYS) for (const [old, at] of fullAt) if (at <= now) fullAt.delete(old);
    fullAt.set(key, full);
  };
  return {
    take(key: string, costMs: number, toleranceMs: number): number {
      const now = performance.now();
      const full = Math.max(fullAt.get(key) ?? 0, now);
      const wait = full - now - toleranceMs;
      if (wait > 0) return Math.ceil(wait);
      keep(key, full + costMs, now);
      return 0;
    },
    block(key: string, milliseconds: number): void {
      const now = performance.now();
      keep(key, Math.max(fullAt.get(key) ?? 0, now + milliseconds), now);
    },
  };
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('Redis does not answer')), milliseconds);
  promise.catch(() => undefined);
  return await Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

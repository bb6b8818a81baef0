import type { SignOfLife } from '@aisha/db';
import { type Logger, untilAborted } from '@aisha/service';
import type { RedisConnection } from '@aisha/queue';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Takes the lease if it is free, ours already (an answer got lost), or held by one of whom we know that it is gone. Answers
 * with whose it is now, and for how many milliseconds at most.
 */
const ACQUIRE = `local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[3] then return {holder, redis.call('pttl', KEYS[1])} end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {ARGV[1], ARGV[2]}`;
/** Renews and releases only what is still ours: another owner's lease is never touched. */
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]); redis.call('publish', KEYS[2], 'released'); return 1 else return 0 end`;

const nobody = () => undefined;

/** Stops this much before Redis would hand the lease to somebody else. */
const MARGIN_MS = 200;

export interface LeaseOptions {
  readonly redis: RedisConnection;
  /** For the announcement of a release; a subscriber can do nothing else. */
  readonly subscriber: RedisConnection;
  readonly key: string;
  /** Who polls, for one start of a process: random, so that one that comes back is not its predecessor. */
  readonly owner: string;
  /** Shows that `owner` lives, and tells that a holder is gone before its lease has run out. Null: the lease is all there is. */
  readonly life: Pick<SignOfLife, 'gone' | 'onLost'> | null;
  readonly ttlMs: number;
  readonly renewMs: number;
  readonly log: Logger;
}

/** One hold of the lease, from its acquisition to its end. */
export interface Hold {
  /** Aborts when the lease is lost, or can no longer be trusted, or was given back. */
  readonly signal: AbortSignal;
  /** True while the lease is surely ours, by this process's own monotonic clock. */
  held(): boolean;
  /** Gives it back and wakes the standby. */
  release(): Promise<void>;
}

/**
 * The right to poll: at most one process holds it at a time. It saves work; what is correct is decided by the epoch
 * in the database. A holder that cannot renew stops by itself before Redis lets the lease run out: the time counts
 * from before the request that renewed it. A holder that is killed is known to be gone by its sign of life in the database,
 * and its lease is taken at once; the lease's time is for one that hangs.
 */
export class Lease {
  readonly owner: string;
  /** When Redis last answered a question about the lease, on the monotonic clock. */
  lastAnswerAt = performance.now();
  readonly #options: LeaseOptions;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.owner = options.owner;
  }

  /** Waits until the lease is ours; null when the signal aborts first. */
  async acquire(signal: AbortSignal): Promise<Hold | null> {
    const { redis, key, ttlMs, renewMs, log } = this.#options;
    const nudges = await this.#listen(signal);
    const watch = this.#watch(() => nudges.wake());
    try {
      while (!signal.aborted) {
        const asked = performance.now();
        let pauseMs = Math.min(renewMs, ttlMs / 6);
        try {
          const answer = await this.#ask(redis.eval(ACQUIRE, 1, key, this.owner, ttlMs, watch.gone ?? ''));
          this.lastAnswerAt = performance.now();
          const { holder, leftMs } = verdictOf(answer);
          if (holder === this.owner) {
            if (watch.gone !== null) log.info('the active bot is gone: taking over at once');
            return this.#hold(asked, signal);
          }
          watch.look(holder);
          // When it has run out; it has no end if somebody set it by hand.
          if (leftMs >= 0) pauseMs = Math.min(pauseMs, leftMs + 1);
        } catch (error) {
          log.debug('the lease cannot be asked for', { error });
        }
        await nudges.next(pauseMs);
      }
      return null;
    } finally {
      watch.end();
      nudges.close();
    }
  }

  /** Looks after the holder of the lease, whoever that is at the moment; `wake` is called when it is gone. */
  #watch(wake: () => void): { readonly gone: string | null; look(holder: string): void; end(): void } {
    const { life } = this.#options;
    let watched: { readonly holder: string; readonly over: AbortController } | null = null;
    let gone: string | null = null;
    const end = () => {
      watched?.over.abort();
      watched = null;
    };
    return {
      get gone() {
        return gone;
      },
      look(holder) {
        if (life === null || watched?.holder === holder) return;
        end();
        const mine = { holder, over: new AbortController() };
        watched = mine;
        void life.gone(holder, mine.over.signal).then((isGone) => {
          if (watched !== mine) return;
          watched = null;
          if (!isGone) return;
          gone = holder;
          wake();
        });
      },
      end,
    };
  }

  #hold(acquiredAt: number, stopping: AbortSignal): Hold {
    const { redis, key, life, ttlMs, renewMs, log } = this.#options;
    const ended = new AbortController();
    let deadline = acquiredAt + ttlMs - MARGIN_MS;
    let fence: NodeJS.Timeout | undefined;
    const end = (reason: string) => {
      clearTimeout(fence);
      stopWatching?.();
      if (!ended.signal.aborted) ended.abort(new Error(reason));
    };
    const arm = () => {
      clearTimeout(fence);
      fence = setTimeout(() => end('the lease could not be renewed in time'), deadline - performance.now());
    };
    const renew = async () => {
      while (!ended.signal.aborted) {
        await wait(renewMs, undefined, { signal: ended.signal }).catch(() => undefined);
        if (ended.signal.aborted) return;
        const asked = performance.now();
        try {
          const mine = await this.#ask(redis.eval(RENEW, 1, key, this.owner, ttlMs));
          this.lastAnswerAt = performance.now();
          if (mine !== 1) return end('the lease was lost');
          deadline = asked + ttlMs - MARGIN_MS;
          arm();
        } catch (error) {
          // The fence decides: it goes off when no renewal gets through in time.
          log.warn('the lease could not be renewed', { error });
        }
      }
    };
    // The standby has seen that too, and takes over.
    const stopWatching = life?.onLost(() => end('the sign of life was lost'));
    arm();
    void renew();
    return {
      signal: AbortSignal.any([ended.signal, stopping]),
      held: () => !ended.signal.aborted && performance.now() < deadline,
      release: async () => {
        end('released');
        await this.#ask(redis.eval(RELEASE, 2, key, this.#channel, this.owner)).catch((error: unknown) => {
          log.warn('the lease could not be released; it runs out by itself', { error });
        });
      },
    };
  }

  /** An answer that comes later than the next renewal is due is worth nothing. */
  #ask<T>(answer: Promise<T>): Promise<T> {
    return untilAborted(answer, AbortSignal.timeout(this.#options.renewMs));
  }

  get #channel(): string {
    return `${this.#options.key}:released`;
  }

  /** Wakes up when a release is announced, and at the latest after the given time. */
  async #listen(
    signal: AbortSignal,
  ): Promise<{ next(ms: number): Promise<void>; wake(): void; close(): void }> {
    const { subscriber, log } = this.#options;
    let nudged = false;
    let wake: () => void = nobody;
    const nudge = () => {
      nudged = true;
      wake();
    };
    subscriber.on('message', nudge);
    // Without the announcement the standby still looks several times a second.
    void subscriber
      .subscribe(this.#channel)
      .catch((error: unknown) => log.debug('not subscribed', { error }));
    return {
      next: (ms) =>
        new Promise((resolve) => {
          const done = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            nudged = false;
            resolve();
          };
          // Somebody called while nobody slept.
          const timer = setTimeout(done, nudged ? 0 : ms);
          signal.addEventListener('abort', done, { once: true });
          wake = done;
        }),
      wake: nudge,
      close: () => void subscriber.off('message', nudge),
    };
  }
}

/** What `ACQUIRE` answered; throws for anything else. */
function verdictOf(answer: unknown): { holder: string; leftMs: number } {
  const [holder, leftMs] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
  if (typeof holder !== 'string') throw new Error('Redis gave an answer of another shape');
  return { holder, leftMs: Number(leftMs) };
}

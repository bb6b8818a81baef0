import { type Logger, untilAborted } from '@aisha/service';
import type { RedisConnection } from '@aisha/queue';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

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
 * from before the request that renewed it.
 */
export class Lease {
  /** Random for each start: a process that comes back under the same name is not its predecessor. */
  readonly owner = randomUUID();
  /** When Redis last answered a question about the lease, on the monotonic clock. */
  lastAnswerAt = performance.now();
  readonly #options: LeaseOptions;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Waits until the lease is ours; null when the signal aborts first. */
  async acquire(signal: AbortSignal): Promise<Hold | null> {
    const { redis, key, ttlMs, renewMs, log } = this.#options;
    const nudges = await this.#listen(signal);
    try {
      while (!signal.aborted) {
        const asked = performance.now();
        try {
          const answer = await this.#ask(redis.set(key, this.owner, 'PX', ttlMs, 'NX'));
          this.lastAnswerAt = performance.now();
          // A set that succeeded but whose answer was lost is ours as well. Its time runs since then, unknown to us:
          // it counts only once it was renewed.
          if (answer === 'OK' || (await this.#ask(redis.eval(RENEW, 1, key, this.owner, ttlMs))) === 1)
            return this.#hold(asked, signal);
        } catch (error) {
          log.debug('the lease cannot be asked for', { error });
        }
        await nudges.next(Math.min(renewMs, ttlMs / 6));
      }
      return null;
    } finally {
      nudges.close();
    }
  }

  #hold(acquiredAt: number, stopping: AbortSignal): Hold {
    const { redis, key, ttlMs, renewMs, log } = this.#options;
    const ended = new AbortController();
    let deadline = acquiredAt + ttlMs - MARGIN_MS;
    let fence: NodeJS.Timeout | undefined;
    const end = (reason: string) => {
      clearTimeout(fence);
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
  async #listen(signal: AbortSignal): Promise<{ next(ms: number): Promise<void>; close(): void }> {
    const { subscriber, log } = this.#options;
    let wake: () => void = nobody;
    const onMessage = () => wake();
    subscriber.on('message', onMessage);
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
            resolve();
          };
          const timer = setTimeout(done, ms);
          signal.addEventListener('abort', done, { once: true });
          wake = done;
        }),
      close: () => void subscriber.off('message', onMessage),
    };
  }
}

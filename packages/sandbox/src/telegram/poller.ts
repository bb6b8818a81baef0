import type { Clock } from './clock.ts';
import { conflict, type ApiError } from './errors.ts';
import type { UpdateQueue } from './update-queue.ts';

export const LONGEST_POLL_SECONDS = 50;
/** A waiting poll is answered this long after the first update came, so that a burst travels together. */
const WAIT_AFTER_MS = 1;
const MAX_DELAY_MS = 2;
/** A repeated offset within this time is a caller in a tight loop. */
const HAMMER_TIMEOUT_MS = 3000;
const HAMMER_LIMIT_MS = 500;
const CONFLICT_PACE_MS = 3000;

export const OTHER_GET_UPDATES =
  'terminated by other getUpdates request; make sure that only one bot instance is running';
export const WEBHOOK_ACTIVE =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
export const SET_WEBHOOK = 'terminated by setWebhook request';

interface Waiter {
  offset: number;
  limit: number;
  /** When it is answered at the latest because updates came; null while none came. */
  wakeBy: number | null;
  cancelTimer: () => void;
  resolve: (updates: string[]) => void;
  reject: (error: ApiError) => void;
}

export interface PollRequest {
  offset: number;
  limit: number;
  timeout: number;
}

/** `getUpdates` of one bot: at most one request waits, the newest. */
export class Poller {
  readonly #queue: UpdateQueue;
  readonly #clock: Clock;
  #waiter: Waiter | null = null;
  #previousOffset: number | null = null;
  #previousStart = Number.NEGATIVE_INFINITY;
  #nextConflictAt = Number.NEGATIVE_INFINITY;

  constructor(queue: UpdateQueue, clock: Clock) {
    this.#queue = queue;
    this.#clock = clock;
  }

  get isWaiting(): boolean {
    return this.#waiter !== null;
  }

  /** @returns the updates as JSON texts */
  poll(request: PollRequest): Promise<string[]> {
    let { limit, timeout } = request;
    const now = this.#clock.now();
    if (request.offset === this.#previousOffset) {
      const since = now - this.#previousStart;
      if (since < HAMMER_TIMEOUT_MS && timeout < 3) timeout = 3;
      if (since < HAMMER_LIMIT_MS) limit = 1;
    }
    this.#previousOffset = request.offset;
    this.#previousStart = now;
    const updates = this.#queue.read(request.offset, limit);
    if (updates.length > 0 || timeout === 0) return Promise.resolve(updates);
    this.terminate(OTHER_GET_UPDATES);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { ...request, limit, wakeBy: null, resolve, reject, cancelTimer: () => {} };
      waiter.cancelTimer = this.#clock.after(timeout * 1000, () => this.#answer(waiter));
      this.#waiter = waiter;
    });
  }

  /** An update was queued. */
  wake(): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    const now = this.#clock.now();
    waiter.wakeBy ??= now + MAX_DELAY_MS;
    waiter.cancelTimer();
    const delay = Math.min(WAIT_AFTER_MS, Math.max(0, waiter.wakeBy - now));
    waiter.cancelTimer = this.#clock.after(delay, () => this.#answer(waiter));
  }

  /** Ends the waiting request, if any, with a 409. */
  terminate(reason: string): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    this.#waiter = null;
    waiter.cancelTimer();
    this.paced(conflict(reason)).catch(waiter.reject);
  }

  /** Rejects with the given 409: the first at once, those within 3 s of it after 3 s. */
  paced(error: ApiError): Promise<never> {
    const now = this.#clock.now();
    if (now >= this.#nextConflictAt) {
      this.#nextConflictAt = now + CONFLICT_PACE_MS;
      return Promise.reject(error);
    }
    return new Promise((_resolve, reject) => {
      this.#clock.after(CONFLICT_PACE_MS, () => reject(error));
    });
  }

  /** Ends the waiting request with another failure (the server stops). */
  abort(error: ApiError): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.cancelTimer();
    waiter?.reject(error);
  }

  #answer(waiter: Waiter): void {
    if (this.#waiter !== waiter) return;
    this.#waiter = null;
    waiter.resolve(this.#queue.read(waiter.offset, waiter.limit));
  }
}

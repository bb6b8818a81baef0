import type { Clock } from './clock.ts';
import { tooManyRequests } from './errors.ts';
import type { Bot, Chat } from './model.ts';

/** A token bucket: `burst` at once, `perSecond` in the long run. */
export interface Rate {
  perSecond: number;
  burst: number;
}

export interface RateLimits {
  /** Messages and edits in a chat with a person. */
  privateChat: Rate;
  /** Messages and edits in a group. */
  group: Rate;
  /** Messages of a bot to people who have said nothing lately: what Telegram calls bulk. Replies have no such cap. */
  bulk: Rate;
  /** After this silence of the chat a message counts as bulk. */
  bulkAfterSeconds: number;
}

/** Telegram publishes no exact figures; these are its FAQ's and its maintainer's. */
export const TELEGRAM_LIMITS: RateLimits = {
  privateChat: { perSecond: 1, burst: 20 },
  group: { perSecond: 20 / 60, burst: 20 },
  bulk: { perSecond: 30, burst: 30 },
  bulkAfterSeconds: 60,
};

interface Bucket {
  tokens: number;
  at: number;
}

/** Refuses what is too much, with the seconds to wait. */
export class Limiter {
  readonly #clock: Clock;
  #limits: RateLimits | null;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, limits: RateLimits | null) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** @param limits null for none */
  set(limits: RateLimits | null): void {
    this.#limits = limits;
    this.#buckets.clear();
  }

  /** Takes `count` messages out of the chat's share, or throws 429. */
  take(bot: Bot, chat: Chat, count = 1): void {
    const limits = this.#limits;
    if (limits === null) return;
    const chatRate = chat.type === 'private' ? limits.privateChat : limits.group;
    const chatBucket = this.#bucket(`${bot.id} ${chat.key}`, chatRate);
    const isBulk = this.#clock.now() - chat.lastHeardAt > limits.bulkAfterSeconds * 1000;
    const bulkBucket = isBulk ? this.#bucket(`${bot.id}`, limits.bulk) : null;
    const wait = Math.max(
      missing(chatBucket, chatRate, count),
      bulkBucket === null ? 0 : missing(bulkBucket, limits.bulk, count),
    );
    if (wait > 0) throw tooManyRequests(Math.max(1, Math.ceil(wait)));
    chatBucket.tokens -= count;
    if (bulkBucket !== null) bulkBucket.tokens -= count;
  }

  #bucket(key: string, rate: Rate): Bucket {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, at: now };
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond);
    bucket.at = now;
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

/** Seconds until the bucket holds that many; an album bigger than the bucket needs it full. */
const missing = (bucket: Bucket, rate: Rate, count: number): number =>
  Math.max(0, Math.min(count, rate.burst) - bucket.tokens) / rate.perSecond;

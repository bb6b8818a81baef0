import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible';

/** Who waits and who is dropped when a chat's budget is spent: replies, results, progress, broadcasts. */
export type SendPriority = 'reply' | 'result' | 'progress' | 'bulk';
export type ChatId = number | string;

/** Telegram's budget, shared by every process through Redis; without Redis each process keeps its own. */
export interface SendLimits {
  /** Waits for a place. 0: go. Otherwise the milliseconds after which it is worth trying again. */
  admit(chatId: ChatId, priority: SendPriority, signal: AbortSignal | null): Promise<number>;
  /** Telegram answered 429 for this chat: nobody sends there until then. */
  pause(chatId: ChatId, milliseconds: number): Promise<void>;
}

/**
 * How long a send may wait for its turn. Progress is worthless when late; a reply holds up its chat's lane;
 * results and broadcasts come from jobs that can be put back into their queue.
 */
const longestWaitMs: Readonly<Record<SendPriority, number>> = {
  reply: 10_000,
  result: 20_000,
  progress: 2_000,
  bulk: 20_000,
};

// Telegram's figures: about one a second in a private chat with bursts allowed, 20 a minute in a group,
// 30 a second for broadcasts. We stay a little below the last one, for others use the same token.
const budgets = {
  private: { points: 3, duration: 3 },
  group: { points: 20, duration: 60 },
  // Progress may use only part of a chat's budget, so that a result always finds room.
  privateProgress: { points: 1, duration: 2 },
  groupProgress: { points: 8, duration: 60 },
  bulk: { points: 25, duration: 1 },
} as const;

type Budget = keyof typeof budgets;

/** Redis that does not answer must not hold up a send: then this process counts alone. */
const redisTimeoutMs = 500;

export function createSendLimits(redis: Redis | null, botId: number): SendLimits {
  const of = (budget: Budget) => limiter(redis, `aisha:tg:${botId}:${budget}`, budgets[budget]);
  const limiters = {
    private: of('private'),
    group: of('group'),
    privateProgress: of('privateProgress'),
    groupProgress: of('groupProgress'),
    bulk: of('bulk'),
  };

  const waitFor = async (chatId: ChatId, priority: SendPriority): Promise<number> => {
    const group = isGroup(chatId);
    const asked: (readonly [Budget, ChatId])[] = [[group ? 'group' : 'private', chatId]];
    if (priority === 'progress') asked.unshift([group ? 'groupProgress' : 'privateProgress', chatId]);
    if (priority === 'bulk') asked.unshift(['bulk', 'all']);
    for (const [budget, key] of asked) {
      const wait = await consume(limiters[budget], key);
      if (wait > 0) return wait;
    }
    return 0;
  };

  return {
    async admit(chatId, priority, signal) {
      const deadline = performance.now() + longestWaitMs[priority];
      for (;;) {
        const wait = await waitFor(chatId, priority);
        if (wait === 0) return 0;
        // Those who waited together should not all come back in the same millisecond.
        const delay = wait + Math.random() * 50;
        if (signal?.aborted === true || performance.now() + delay > deadline) return wait;
        const slept = await sleep(delay, true, signal === null ? {} : { signal }).catch(() => false);
        if (!slept) return wait;
      }
    },
    async pause(chatId, milliseconds) {
      const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
      await limiters[isGroup(chatId) ? 'group' : 'private'].block(String(chatId), seconds);
    },
  };
}

function limiter(
  redis: Redis | null,
  keyPrefix: string,
  budget: { readonly points: number; readonly duration: number },
) {
  const memory = new RateLimiterMemory({ keyPrefix, ...budget });
  if (redis === null) return memory;
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix,
    ...budget,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
  });
  return new RLWrapperTimeouts({ limiter: shared, timeoutMs: redisTimeoutMs, insuranceLimiter: memory });
}

async function consume(one: ReturnType<typeof limiter>, key: ChatId): Promise<number> {
  try {
    await one.consume(String(key));
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
    throw error;
  }
}

/** Groups and channels have negative ids; a @name is never a private chat for a bot. */
function isGroup(chatId: ChatId): boolean {
  return typeof chatId === 'number' ? chatId < 0 : chatId.startsWith('-') || chatId.startsWith('@');
}

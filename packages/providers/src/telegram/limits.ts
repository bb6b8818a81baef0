import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import { createPaceStore, type Pace } from './pace.ts';

/** Who waits and who is dropped when a chat's budget is spent: replies, results, progress, broadcasts. */
/** `ending`: the last edit of what an order's status shows; it has to be seen, and never before its result. */
export type SendPriority = 'reply' | 'result' | 'ending' | 'progress' | 'bulk';
export type ChatId = number | string;

interface Admission {
  readonly chatId: ChatId;
  readonly priority: SendPriority;
  /** Messages that it makes: an album's length. */
  readonly messages: number;
  readonly signal: AbortSignal | null;
}

/** Telegram's budget, shared by every process through Redis; without Redis each process keeps its own. */
export interface SendLimits {
  /** Waits for a place. 0: go. Otherwise the milliseconds after which it is worth trying again. */
  admit(admission: Admission): Promise<number>;
  /** Telegram answered 429 for this chat: nobody sends there until then; to a broadcast, which it means as a whole. */
  pause(chatId: ChatId, milliseconds: number, priority: SendPriority): Promise<void>;
}

/**
 * How long a send may wait for its turn. Progress is worthless when late; a reply holds up its chat's lane;
 * results and broadcasts come from jobs that can be put back into their queue.
 */
const longestWaitMs: Readonly<Record<SendPriority, number>> = {
  reply: 10_000,
  result: 20_000,
  ending: 20_000,
  progress: 2_000,
  bulk: 20_000,
};

// Telegram's figures: about one a second in a private chat with bursts allowed, 20 a minute in a group, edits
// included; 30 a second for broadcasts, of which we leave some to answers.
const privateChat: Pace = { intervalMs: 1_000, burst: 20 };
const group: Pace = { intervalMs: 3_000, burst: 20 };
const BULK_PER_SECOND = 25;
/** Edits half a second apart were punished with minutes, two seconds apart were not. */
const progress: Pace = { intervalMs: 2_000, burst: 2 };
/** Of a chat's burst, what edits leave for replies and results: a person who orders quickly spends the rest. */
const RESERVE = { progress: 10, ending: 3 } as const;

export function createSendLimits(
  redis: Redis | Cluster | null,
  botId: number,
  { bulkPerSecond = BULK_PER_SECOND }: { readonly bulkPerSecond?: number | undefined } = {},
): SendLimits {
  // No burst: in no second more than were allowed.
  const bulk: Pace = { intervalMs: 1_000 / bulkPerSecond, burst: 1 };
  const paces = createPaceStore(redis, `aisha:tg:${botId}:`);

  const waitFor = async ({ chatId, priority, messages }: Admission): Promise<number> => {
    const extra =
      priority === 'progress'
        ? await paces.take(`progress:${chatId}`, progress)
        : priority === 'bulk'
          ? await paces.take('bulk', bulk, { cost: messages })
          : 0;
    if (extra > 0) return extra;
    const share =
      priority === 'progress' || priority === 'ending' ? { reserve: RESERVE[priority] } : { cost: messages };
    return await paces.take(`chat:${chatId}`, paceOf(chatId), share);
  };

  return {
    async admit(admission) {
      const { priority, signal } = admission;
      const deadline = performance.now() + longestWaitMs[priority];
      for (;;) {
        const wait = await waitFor(admission);
        if (wait === 0) return 0;
        // Those who waited together should not all come back in the same millisecond, nor after several places.
        const spread = priority === 'bulk' ? Math.min(50, 4 * bulk.intervalMs) : 50;
        const delay = wait + Math.random() * spread;
        if (signal?.aborted === true || performance.now() + delay > deadline) return wait;
        const slept = await sleep(delay, true, signal === null ? {} : { signal }).catch(() => false);
        if (!slept) return wait;
      }
    },
    pause: async (chatId, milliseconds, priority) => {
      if (priority === 'bulk') await paces.block('bulk', bulk, milliseconds);
      await paces.block(`chat:${chatId}`, paceOf(chatId), milliseconds);
    },
  };
}

/** Groups and channels have negative ids; a @name is never a private chat for a bot. */
function paceOf(chatId: ChatId): Pace {
  const many = typeof chatId === 'number' ? chatId < 0 : chatId.startsWith('-') || chatId.startsWith('@');
  return many ? group : privateChat;
}

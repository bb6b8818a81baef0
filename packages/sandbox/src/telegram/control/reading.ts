import { z } from 'zod';
import type { BotApi } from '../bot-api.ts';
import { badRequest } from '../errors.ts';
import { faultRule, type ActiveFault } from '../faults.ts';
import type { JournalEntry } from '../journal.ts';
import { OTHER_GET_UPDATES } from '../poller.ts';
import { commandsFor } from '../methods/settings.ts';
import type { BotCommand, UpdateType } from '../types.ts';
import { botNamed, chatById } from './context.ts';
import type { Define } from './operation.ts';
import { transcript, type Transcript } from './view.ts';

export interface BotState {
  id: number;
  username: string;
  firstName: string;
  /** Updates that wait, not yet confirmed. */
  pending: number;
  /** Updates that found no room, ever. */
  dropped: number;
  nextUpdateId: number;
  /** Whether a long poll waits right now. */
  polling: boolean;
  webhookUrl: string | null;
  /** null: the default set. */
  allowedUpdates: UpdateType[] | null;
}

export interface SandboxState {
  seq: number;
  users: number;
  bots: BotState[];
  latencyMs: number;
}

const LONGEST_WAIT_MS = 60_000;
const nothing = z.object({}).default({});
const bot = z.string().optional();

/** What watchers and tests look at. */
export function readingOperations(api: BotApi, define: Define) {
  const { world, journal } = api;
  return {
    /** `chatId`: a person's id for their private chat, or a group's. With `after`: only what changed since. */
    transcript: define(
      'transcript',
      z.object({ chatId: z.number(), bot, after: z.number().default(0) }),
      (input): Transcript => {
        const found = chatById(api, input.chatId, input.bot);
        return transcript(api, found.bot, found.chat, input.after);
      },
    ),
    /** The same as soon as something has changed after `after`; empty lists when nothing does in time. */
    wait: define(
      'wait',
      z.object({
        chatId: z.number(),
        bot,
        after: z.number().default(0),
        timeoutMs: z.number().max(LONGEST_WAIT_MS).default(10_000),
      }),
      async (input): Promise<Transcript> => {
        const found = chatById(api, input.chatId, input.bot);
        await world.events.until(() => found.chat.seq > input.after, world.clock, input.timeoutMs);
        return transcript(api, found.bot, found.chat, input.after);
      },
    ),
    state: define('state', nothing, (): SandboxState => ({
      seq: world.events.seq,
      users: world.people.size,
      bots: [...world.bots.values()].map((one) => ({
        id: one.id,
        username: one.username,
        firstName: one.firstName,
        pending: one.queue.size,
        dropped: one.queue.dropped,
        nextUpdateId: one.queue.tail,
        polling: one.poller.isWaiting,
        webhookUrl: one.webhook.settings?.url ?? null,
        allowedUpdates: one.allowedUpdates,
      })),
      latencyMs: api.latencyMs,
    })),
    /** Updates not yet confirmed, as the bot would get them. */
    pendingUpdates: define('pendingUpdates', z.object({ bot }), (input): unknown[] =>
      botNamed(api, input.bot)
        .queue.pending()
        .map(({ json }): unknown => JSON.parse(json)),
    ),
    /** Calls of the Bot API, oldest first. */
    journal: define(
      'journal',
      z.object({
        method: z.string().optional(),
        chatId: z.number().optional(),
        after: z.number().optional(),
        limit: z.number().optional(),
      }),
      (filter): JournalEntry[] => journal.list(filter),
    ),
    callCounts: define('callCounts', nothing, (): Record<string, number> => journal.counts),
    clearJournal: define('clearJournal', nothing, () => {
      journal.clear();
      return true;
    }),
    /** The commands offered to a person, in their language. */
    commands: define('commands', z.object({ userId: z.number(), bot }), (input): BotCommand[] =>
      commandsFor(botNamed(api, input.bot), input.userId, world.person(input.userId).languageCode),
    ),
  };
}

const rate = z.object({ perSecond: z.number().positive(), burst: z.number().positive() });

/** What goes wrong on demand. */
export function faultOperations(api: BotApi, define: Define) {
  const { faults } = api;
  return {
    addFault: define('addFault', faultRule, (rule): ActiveFault => faults.add(rule)),
    listFaults: define('listFaults', nothing, (): ActiveFault[] => faults.list()),
    removeFault: define('removeFault', z.object({ id: z.number() }), ({ id }) => faults.remove(id)),
    clearFaults: define('clearFaults', nothing, () => {
      faults.clear();
      return true;
    }),
    /** A round trip for every call of the Bot API. */
    setLatency: define('setLatency', z.object({ ms: z.number().min(0) }), ({ ms }) => {
      api.latencyMs = ms;
      return true;
    }),
    /** null: none. */
    setLimits: define(
      'setLimits',
      z.object({
        limits: z
          .object({ privateChat: rate, group: rate, bulk: rate, bulkAfterSeconds: z.number().min(0) })
          .nullable(),
      }),
      ({ limits }) => {
        api.limiter.set(limits);
        return true;
      },
    ),
    /** Delivers the last confirmed updates once more, under their old ids; @returns how many */
    replayUpdates: define(
      'replayUpdates',
      z.object({ count: z.number().int().min(1).max(500).default(1), bot }),
      (input): number => {
        const target = botNamed(api, input.bot);
        const count = target.queue.replay(input.count).length;
        target.poller.wake();
        target.webhook.wake();
        return count;
      },
    ),
    /** Update ids go on from another number, as after a week of silence; only while nothing is pending. */
    resetUpdateIds: define('resetUpdateIds', z.object({ to: z.number().int().min(1), bot }), (input) => {
      const { queue } = botNamed(api, input.bot);
      if (queue.size > 0) throw badRequest('updates are pending');
      queue.resetIds(input.to);
      return true;
    }),
    /** Ends the waiting long poll with a 409 although nobody else polls. */
    terminatePoll: define('terminatePoll', z.object({ bot }), (input) => {
      botNamed(api, input.bot).poller.terminate(OTHER_GET_UPDATES);
      return true;
    }),
  };
}

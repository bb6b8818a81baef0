import { setTimeout as pause } from 'node:timers/promises';
import { createDispatcher, type InboxParts, incoming, keepUpdates, openLanes } from '@aisha/core';
import { FREE_OF_CHARGE, startTestParts, type TestParts, type TestPartsOptions } from '@aisha/core/testing';
import { conversations, users } from '@aisha/db';
import type { ChatMessage } from '@aisha/sandbox';
import { and, eq } from 'drizzle-orm';
import { createConversation } from '../bindings.ts';
import type { NotifyParts } from '../notify/send.ts';
import { createTexts } from '../texts/index.ts';
import type { BotSettings } from '../chat/settings.ts';

/** The bot in one process: what people do at Telegram's stand-in is decided, committed and answered there. */
export interface TestBot extends Omit<TestParts, 'parts'> {
  readonly parts: TestParts['parts'] & InboxParts & NotifyParts;
  /** Fetches what Telegram has and keeps it. */
  fetch(): Promise<void>;
  /** Runs every lane until nothing is left. */
  work(parts?: InboxParts): Promise<void>;
  /** What a person writes, answered: the bot's messages since. */
  say(userId: number, text: string): Promise<ChatMessage[]>;
  /** A press of a button that is there, under the newest message that has it; the toast and the bot's messages since. */
  press(userId: number, data: string): Promise<{ toast: string | null; messages: ChatMessage[] }>;
  /** The bot's messages in a chat that are still there, oldest first. */
  messages(chatId: number): Promise<ChatMessage[]>;
  /** Where a person stands in the dialogue. */
  state(userId: number): Promise<unknown>;
}

export interface TestBotOptions extends TestPartsOptions {
  readonly settings?: Partial<BotSettings>;
}

const minutes = {
  fast: { minutes: 4, steps: 1_000 },
  balanced: { minutes: 7, steps: 1_800 },
  quality: { minutes: 10, steps: 2_500 },
};

export async function startTestBot(options: TestBotOptions = {}): Promise<TestBot> {
  const bench = await startTestParts(options);
  const texts = createTexts();
  const settings: BotSettings = {
    testMode: false,
    faces: true,
    links: true,
    botUsername: 'aisha_sandbox_bot',
    fileLimit: 20 * 1024 * 1024,
    prices: options.prices ?? FREE_OF_CHARGE,
    presets: { portrait: minutes, style: minutes },
    ...options.settings,
  };
  const conversation = createConversation({ botId: bench.botId, texts, settings });
  const parts = { ...bench.parts, texts, settings, conversation };
  const { db } = parts;
  const { control } = bench.telegram;
  let offset = 0;

  async function fetch(): Promise<void> {
    const signal = AbortSignal.timeout(10_000);
    const polled = await parts.telegram.pollUpdates({ offset, limit: 100, timeoutS: 0, signal });
    if (polled.kind !== 'updates') throw new Error(`nothing to be had: ${polled.kind}`);
    await keepUpdates(
      db,
      bench.botId,
      polled.updates.flatMap((update) => incoming(update) ?? []),
    );
    offset = (polled.updates.at(-1)?.update_id ?? offset - 1) + 1;
  }

  async function work(by: InboxParts = parts): Promise<void> {
    const signal = AbortSignal.timeout(20_000);
    const dispatcher = createDispatcher(by, () => undefined);
    for (const lane of await openLanes(db, bench.botId, false)) {
      let outcome = await dispatcher.run({ botId: bench.botId, lane }, { signal });
      // The parts of an album are waited for.
      while (outcome.kind === 'wait' && !signal.aborted) {
        await pause(outcome.ms, undefined, { signal });
        outcome = await dispatcher.run({ botId: bench.botId, lane }, { signal });
      }
      if (outcome.kind !== 'empty') throw new Error(`the lane ${lane} is left: ${JSON.stringify(outcome)}`);
    }
  }

  const messages = async (chatId: number) =>
    (await control.transcript({ chatId })).messages.filter((one) => one.fromBot && !one.deleted);

  /** What changed in the chat while this was done and answered. */
  async function during(chatId: number, act: () => Promise<unknown>): Promise<ChatMessage[]> {
    const { seq } = await control.transcript({ chatId });
    await act();
    await fetch();
    await work();
    return (await messages(chatId)).filter((one) => one.seq > seq);
  }

  return {
    ...bench,
    parts,
    fetch,
    work,
    messages,
    say: (userId, text) => during(userId, () => control.sendText({ userId, text })),
    press: async (userId, data) => {
      const under = (await messages(userId)).findLast((one) => dataOf(one).includes(data));
      if (!under) throw new Error(`there is no button ${data}`);
      const pressed: string[] = [];
      const changed = await during(userId, async () => {
        const { callbackQueryId } = await control.press({ userId, messageId: under.id, data });
        pressed.push(callbackQueryId);
      });
      const callbackQueryId = pressed[0] ?? '';
      const answer = await control.callbackAnswer({ chatId: userId, callbackQueryId, timeoutMs: 1 });
      if (!answer) throw new Error(`the press of ${data} was not answered`);
      return { toast: answer.text || null, messages: changed };
    },
    state: async (userId) => {
      const [row] = await db
        .select()
        .from(conversations)
        .where(and(eq(conversations.userId, userId), eq(conversations.chatId, userId)));
      return row?.state ?? { name: 'idle' };
    },
  };
}

/** The callback data of every button of a message. */
export function dataOf({ markup }: ChatMessage): string[] {
  if (!markup || !('inline_keyboard' in markup)) return [];
  return markup.inline_keyboard.flat().flatMap((button) => button.callback_data ?? []);
}

/** Somebody whose Telegram is in this language and who is not known to the bot yet. */
export async function stranger(bot: TestBot, languageCode = 'ru', firstName = 'Анна'): Promise<number> {
  const { id } = await bot.telegram.control.createUser({ firstName, languageCode });
  return id;
}

export async function blockedByOperator(bot: TestBot, userId: number): Promise<void> {
  await bot.parts.db.update(users).set({ blockedAt: new Date() }).where(eq(users.id, userId));
}

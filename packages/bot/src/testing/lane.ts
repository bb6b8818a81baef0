import { telegramUpdates } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { createDispatcher, type DispatchParts, type LaneOutcome } from '../dispatch/dispatch.ts';
import { keepUpdates } from '../dispatch/inbox.ts';
import { incoming } from '../dispatch/lanes.ts';
import { sendScreen } from '../chat/screen.ts';
import { stranger, type TestBot } from './bot.ts';

type Row = typeof telegramUpdates.$inferSelect;

let updateIds = 1_000_000;

/** One person's lane, worked on by hand. */
export interface Lane {
  readonly me: number;
  /** Text messages, kept in the order given; their rows' ids. */
  keep(texts: readonly string[], chat?: { id: number; type: string }): Promise<number[]>;
  run(parts: DispatchParts, options?: { lane?: string; mayAct?: () => boolean }): Promise<LaneOutcome>;
  /** Texts of the bot's messages. */
  sent(chatId?: number): Promise<string[]>;
  /** A row; the newest unless told how many before it. */
  row(before?: number): Promise<Row>;
  /** The pause that a failure or Telegram asked for is over. */
  later(): Promise<unknown>;
}

export async function openLane(bot: TestBot): Promise<Lane> {
  const me = await stranger(bot);
  const { db } = bot.parts;
  // A bot may only write to who has written to it.
  await bot.telegram.control.sendText({ userId: me, text: 'hi' });
  return {
    me,
    keep: async (texts, chat = { id: me, type: 'private' }) => {
      const ids: number[] = [];
      for (const text of texts) {
        updateIds += 1;
        const from = { id: me, is_bot: false, first_name: 'A' };
        const message = { message_id: updateIds, date: 1, chat, from, text };
        const update = incoming({ update_id: updateIds, message });
        if (!update) throw new Error('no update');
        await keepUpdates(db, bot.botId, [update]);
        ids.push(update.updateId);
      }
      return ids;
    },
    run: (parts, { lane = `chat${me}`, mayAct = () => true } = {}) =>
      createDispatcher(parts).run(
        { botId: bot.botId, lane },
        { signal: AbortSignal.timeout(20_000), mayAct },
      ),
    sent: async (chatId = me) => (await bot.messages(chatId)).map(({ text }) => text),
    row: async (before = 0) => {
      const [found] = await db
        .select()
        .from(telegramUpdates)
        .where(eq(telegramUpdates.updateId, updateIds - before));
      if (!found) throw new Error('no such update');
      return found;
    },
    later: () => db.update(telegramUpdates).set({ nextCheckAt: sql`now() - interval '1 millisecond'` }),
  };
}

/** Answers each message with its own text, in parts where it has bars; `more` may do more, and fail. */
export function echo(
  bot: TestBot,
  more: (text: string) => void = () => undefined,
): DispatchParts & { readonly decided: string[] } {
  const decided: string[] = [];
  return {
    ...bot.parts,
    decided,
    conversation: {
      ...bot.parts.conversation,
      decide: async (_unit, payloads) =>
        payloads.map(({ message }) => {
          const { text, chat } = Object(message);
          more(text);
          decided.push(text);
          return String(text)
            .split('|')
            .map((part) => sendScreen(chat.id, { text: part }));
        }),
    },
  };
}

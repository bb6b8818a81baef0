import { type OwedCall, telegramUpdates } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { keepUpdates } from '../inbox/commit.ts';
import { createDispatcher } from '../inbox/dispatch.ts';
import type { InboxParts, LaneId, LaneOutcome } from '../inbox/inbox.ts';
import { incoming } from '../inbox/lanes.ts';
import type { TestParts } from './parts.ts';

type Row = typeof telegramUpdates.$inferSelect;

let updateIds = 1_000_000;

/** One person's lane, worked on by hand. */
export interface Lane {
  readonly me: number;
  /** Text messages, kept in the order given; their rows' ids. */
  keep(texts: readonly string[], chat?: { id: number; type: string }): Promise<number[]>;
  run(
    parts: InboxParts,
    options?: { lane?: string; mayAct?: () => boolean; wake?: (lane: LaneId) => void },
  ): Promise<LaneOutcome>;
  /** Texts of the bot's messages. */
  sent(chatId?: number): Promise<string[]>;
  /** A row; the newest unless told how many before it. */
  row(before?: number): Promise<Row>;
  /** The pause that a failure or Telegram asked for is over. */
  later(): Promise<unknown>;
}

export async function openLane(bench: TestParts): Promise<Lane> {
  const { control } = bench.telegram;
  const me = (await control.createUser({ firstName: 'Анна' })).id;
  const { db } = bench.parts;
  // A bot may only write to who has written to it.
  await control.sendText({ userId: me, text: 'hi' });
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
        await keepUpdates(db, bench.botId, [update]);
        ids.push(update.updateId);
      }
      return ids;
    },
    run: (parts, { lane = `chat${me}`, mayAct = () => true, wake = () => undefined } = {}) =>
      createDispatcher(parts, wake).run(
        { botId: bench.botId, lane },
        { signal: AbortSignal.timeout(20_000), mayAct },
      ),
    sent: async (chatId = me) => (await messagesIn(bench, chatId)).map(({ text }) => text),
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

/** The bot's messages in a chat that are still there, oldest first. */
export async function messagesIn({ telegram }: TestParts, chatId: number) {
  return (await telegram.control.transcript({ chatId })).messages.filter(
    ({ fromBot, deleted }) => fromBot && !deleted,
  );
}

/** What the stand-in for the conversation says to whom it failed. */
export const APOLOGY = 'sorry';

/** A call that sends a text. */
export const say = (chatId: number, text: string): OwedCall => ({
  method: 'sendMessage',
  payload: { chat_id: chatId, text },
});

/** Answers each message with its own text, in parts where it has bars; `more` may do more, and fail. */
export function echo(
  bench: TestParts,
  more: (text: string) => void = () => undefined,
): InboxParts & { readonly decided: string[] } {
  const decided: string[] = [];
  return {
    ...bench.parts,
    decided,
    conversation: {
      decide: async (_unit, payloads) =>
        payloads.map(({ message }) => {
          const { text, chat } = Object(message);
          more(text);
          decided.push(text);
          return String(text)
            .split('|')
            .map((part) => say(chat.id, part));
        }),
      apology: ({ message }) => {
        const { chat } = Object(message);
        return chat.type === 'private' ? [say(chat.id, APOLOGY)] : [];
      },
    },
  };
}

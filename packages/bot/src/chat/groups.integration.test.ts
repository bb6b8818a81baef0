import { transact } from '@aisha/core';
import { groupMessages, notifications, orders, recordings } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendNotification } from '../notify/send.ts';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { type Furniture, furnish } from '../testing/furnish.ts';

let bot: TestBot;
/** Asks the bot for something in the group. */
let anna: number;
let annas: Furniture;
/** Is in the same group. */
let boris: number;
let chatId: number;
/** The status message of Anna's transcription, with a button to cancel it. */
let status: number;

beforeAll(async () => {
  bot = await startTestBot();
  anna = await stranger(bot, 'en', 'Anna');
  boris = await stranger(bot, 'en', 'Boris');
  for (const one of [anna, boris]) await bot.say(one, '/start');
  annas = await furnish(bot, anna);
});
afterAll(() => bot.close());
beforeEach(async () => {
  await bot.forgetPace();
  const { control } = bot.telegram;
  ({ id: chatId } = await control.createGroup({
    title: 'G',
    memberIds: [anna, boris],
    botStatus: 'administrator',
  }));
  const file = { bytes: Buffer.from('x'), name: 'a.mp3', mime: 'audio/mpeg' };
  const sound = await control.sendMedia({ userId: anna, chatId, kind: 'audio', file });
  await control.sendText({ userId: anna, chatId, text: '/transcribe', replyTo: sound.id });
  await bot.fetch();
  await bot.work();
  status = (await bot.messages(chatId)).at(-1)?.id ?? 0;
});

const orderHere = async () => {
  const [order] = await bot.parts.db.select().from(orders).where(eq(orders.chatId, chatId));
  if (!order) throw new Error('no order');
  return order;
};

let updateIds = 5_000_000;

/** A press as any client may send it: with data of its own, under any message of the chat. */
async function forge(
  userId: number,
  messageId: number,
  data: string,
): Promise<{ toast: unknown; changes: string[] }> {
  updateIds += 1;
  const update = {
    update_id: updateIds,
    callback_query: {
      id: `forged-${updateIds}`,
      from: { id: userId, is_bot: false, first_name: 'X', language_code: 'en' },
      chat_instance: '1',
      data,
      message: { message_id: messageId, date: 1, chat: { id: chatId, type: 'group', title: 'G' }, text: 'x' },
    },
  };
  const owed = await transact(bot.parts, (unit) => bot.parts.conversation.decide(unit, [update]));
  const [answer, ...changes] = owed[0] ?? [];
  return {
    toast: answer?.payload['text'],
    changes: changes.map(({ method, payload: { message_id: id } }) =>
      typeof id === 'number' ? `${method} ${id}` : `${method} new`,
    ),
  };
}

const theirs = () => bot.parts.texts.plain('en', 'button.of_another');

describe('a message of the bot in a group', () => {
  test('belongs to whom it answers: another member’s press is told so and does nothing', async () => {
    const { control } = bot.telegram;
    const before = await bot.messages(chatId);
    const data = `order.cancel:${(await orderHere()).id}`;
    expect(before.flatMap(dataOf)).toEqual([data]);
    const press = async (userId: number) => {
      const { callbackQueryId } = await control.press({ userId, chatId, messageId: status, data });
      await bot.fetch();
      await bot.work();
      return (await control.callbackAnswer({ chatId, callbackQueryId, timeoutMs: 1 }))?.text;
    };
    expect(await press(boris)).toBe(theirs());
    expect(await bot.messages(chatId)).toEqual(before);
    expect((await orderHere()).state).toBe('queued');
    expect(await press(anna)).toBe('');
    expect((await orderHere()).state).toBe('cancelled');
  });

  test('cannot be changed by another with any data, their own things included', async () => {
    const own = await furnish(bot, boris);
    for (const data of [
      'menu',
      'cancel',
      'language.set:kk',
      `avatar:${own.ready}`,
      `avatar.delete.yes:${own.ready}`,
      `image.favourite:${own.images[0]}`,
      `image.delete:${own.images[0]}`,
      `recording.delete.yes:${own.recording}`,
      `recording:${annas.recording}`,
      `order.cancel:${own.order}`,
      'gallery:all:1',
      'credits.buy:100',
      '',
    ])
      expect([data, await forge(boris, status, data)]).toEqual([data, { toast: theirs(), changes: [] }]);
    expect(await bot.parts.db.$count(recordings, eq(recordings.ownerId, boris))).toBe(8);
    expect(await bot.state(boris)).toEqual({ name: 'idle' });
  });

  test('that shows what is for everybody is answered beside, and stays as it is', async () => {
    expect(await forge(boris, status, 'help')).toEqual({ toast: undefined, changes: ['sendMessage new'] });
    expect(await forge(anna, status, 'help')).toEqual({
      toast: undefined,
      changes: [`editMessageText ${status}`],
    });
  });

  test('that is the result of an order belongs to who ordered it', async () => {
    const { id: orderId } = await orderHere();
    await bot.parts.db
      .update(orders)
      .set({ state: 'failed', failure: 'silence', endedAt: sql`now()` })
      .where(eq(orders.id, orderId));
    const [told] = await bot.parts.db
      .insert(notifications)
      .values({ key: orderId, userId: anna, chatId, kind: 'order.ended', data: { orderId } })
      .returning();
    await sendNotification(bot.parts, told?.id ?? '', { signal: AbortSignal.timeout(10_000) });
    const result = (await bot.messages(chatId)).at(-1);
    if (!result || result.id === status) throw new Error('no result');
    expect(dataOf(result)).toEqual(['menu']);
    expect(await forge(boris, result.id, 'menu')).toEqual({ toast: theirs(), changes: [] });
    expect((await forge(anna, result.id, 'menu')).changes).toEqual([`editMessageText ${result.id}`]);
  });

  test('that nobody is known to own is never changed, and only their own things are shown', async () => {
    await bot.parts.db.delete(groupMessages).where(eq(groupMessages.chatId, chatId));
    expect((await forge(boris, status, 'menu')).changes).toEqual(['sendMessage new']);
    const outdated = bot.parts.texts.plain('en', 'button.outdated');
    for (const data of [`recording:${annas.recording}`, `image.delete:${annas.images[0]}`, 'credits.buy:1'])
      expect(await forge(boris, status, data)).toEqual({ toast: outdated, changes: [] });
    expect((await forge(anna, status, `image.delete:${annas.images[2]}`)).changes).toEqual([]);
  });

  test('is known in the database, so that the next process knows it too', async () => {
    const rows = await bot.parts.db.select().from(groupMessages).where(eq(groupMessages.chatId, chatId));
    expect(rows).toMatchObject([{ messageId: status, ownerId: anna }]);
  });
});

test('in a private chat nothing is kept: every message is its person’s own', async () => {
  await bot.say(boris, '/menu');
  expect(await bot.parts.db.$count(groupMessages, sql`${groupMessages.chatId} > 0`)).toBe(0);
});

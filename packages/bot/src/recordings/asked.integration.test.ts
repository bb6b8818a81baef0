import { incoming, keepUpdates } from '@aisha/core';
import { FREE_OF_CHARGE, makeOrder } from '@aisha/core/testing';
import { groupRules, orders, recordingPieces, recordings, users } from '@aisha/db';
import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';
import { tellAll } from '../testing/jobs.ts';

let bot: TestBot;
let me: number;
let updates = 5_000_000;
beforeAll(async () => {
  bot = await startTestBot({ prices: { ...FREE_OF_CHARGE, charged: true, welcome: 300 } });
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot, 'ru');
  await bot.say(me, '/start');
});

/** A message as Telegram brings it. */
const message = (id: number, content: object, chat: object = { id: me, type: 'private' }) => {
  const from = { id: me, is_bot: false, first_name: 'Анна', language_code: 'ru' };
  const date = Math.floor(Date.now() / 1_000);
  return { update_id: (updates += 1), message: { message_id: id, date, from, chat, ...content } };
};
const voice = (name: string) => ({
  voice: {
    file_id: `file-${name}`,
    file_unique_id: name,
    duration: 4,
    mime_type: 'audio/ogg',
    file_size: 900,
  },
});
const forwarded = (name: string, sender: string) => ({
  ...voice(name),
  forward_origin: { type: 'hidden_user', sender_user_name: sender, date: 1 },
});
async function receive(...raw: object[]) {
  await keepUpdates(
    bot.parts.db,
    bot.botId,
    raw.flatMap((one) => incoming(one) ?? []),
  );
  await bot.work();
}
const mine = () =>
  bot.parts.db
    .select()
    .from(recordings)
    .where(eq(recordings.ownerId, me))
    .orderBy(desc(recordings.createdAt));
const said = async (chatId = me) => (await bot.messages(chatId)).at(-1);

describe('forwarded voices', () => {
  test('of one moment are asked about once, and become one recording of their senders', async () => {
    await receive(
      message(901, forwarded('a', 'Пётр')),
      message(902, forwarded('b', 'Ольга')),
      message(903, forwarded('c', 'Пётр')),
    );
    expect(await mine()).toEqual([]);
    expect((await said())?.text).toContain('3 пересланных голосовых');
    // Another one, later: the question is asked anew with it.
    await receive(message(904, forwarded('d', 'Айгүл')));
    expect((await said())?.text).toContain('4 пересланных голосовых');
    await bot.press(me, 'voices.one');
    expect(await mine()).toMatchObject([
      {
        source: 'voices',
        messageId: 901,
        wantSpeakers: false,
        durationMs: 16_000,
        voices: [
          { fileId: 'file-a', sender: 'Пётр' },
          { fileId: 'file-b', sender: 'Ольга' },
          { fileId: 'file-c', sender: 'Пётр' },
          { fileId: 'file-d', sender: 'Айгүл' },
        ],
      },
    ]);
  });

  test('are heard each for itself where that is wanted; one alone is heard at once', async () => {
    await receive(message(901, forwarded('a', 'Пётр')), message(902, forwarded('b', 'Ольга')));
    await bot.press(me, 'voices.each');
    expect((await mine()).map(({ fileId }) => fileId).toSorted()).toEqual(['file-a', 'file-b']);
    await receive(message(903, forwarded('c', 'Пётр')));
    expect(await mine()).toHaveLength(3);
  });
});

test('of a quote language and speakers are chosen, by which it is cut anew, and they are kept for the next', async () => {
  const { recording } = await furnish(bot, me);
  const { id } = await makeOrder(bot, me);
  await bot.parts.db
    .update(orders)
    .set({
      kind: 'transcription',
      subjectId: recording,
      state: 'quoted',
      unitPrice: 10,
      units: 3,
      input: { seconds: 240, language: null, speakers: true },
    })
    .where(eq(orders.id, id));
  await bot.parts.db
    .insert(recordingPieces)
    .values({ recordingId: recording, index: 0, startMs: 0, endMs: 9, objectKey: 'k', voicedMs: 9 });
  const sent = await bot.parts.telegram.call(
    'sendMessage',
    { chat_id: me, text: '…' },
    { priority: 'reply' },
  );
  if (sent.kind !== 'ok') throw new Error(sent.kind);
  await bot.parts.db.update(orders).set({ statusMessageId: sent.result.message_id }).where(eq(orders.id, id));
  await bot.forgetPace();
  const { showProgress } = await import('../notify/edits.ts');
  await showProgress(bot.parts, id, { signal: AbortSignal.timeout(10_000) });
  await bot.press(me, `quote.language:${id}`);
  await bot.press(me, `quote.language:${id}:more`);
  await bot.press(me, `quote:${id}`);
  await bot.press(me, `quote.language:${id}`);
  await bot.press(me, `quote.language.set:${id}:kk`);
  await bot.press(me, `quote.speakers:${id}:no`);
  expect(JSON.stringify((await said())?.markup)).toMatch(/Язык записи: Казахский.*не подписывать/s);
  expect((await said())?.text).toContain('4:00');
  const [row] = await bot.parts.db.select().from(recordings).where(eq(recordings.id, recording));
  expect(row).toMatchObject({ language: 'kk', wantSpeakers: false });
  expect(await bot.parts.db.$count(recordingPieces, eq(recordingPieces.recordingId, recording))).toBe(0);
  const [user] = await bot.parts.db.select().from(users).where(eq(users.id, me));
  expect(user?.settings).toMatchObject({ speechLanguage: 'kk', speakers: false });
  await bot.press(me, `order.accept:${id}`);
  await receive(message(950, voice('next')));
  expect((await mine())[0]).toMatchObject({ fileId: 'file-next', language: 'kk', wantSpeakers: false });
});

test('in a group its administrators decide when it hears, and whether documents are written', async () => {
  const { id: chatId } = await bot.telegram.control.createGroup({ title: 'Команда', memberIds: [me] });
  const chat = { id: chatId, type: 'supergroup', title: 'Команда' };
  const settle = async () => {
    await bot.fetch();
    await bot.work();
    await bot.forgetPace();
    await tellAll(bot);
  };
  const press = async (data: string) => {
    const messageId = (await said(chatId))?.id ?? 0;
    await bot.telegram.control.press({ userId: me, chatId, messageId, data });
    await settle();
  };
  await receive(message(701, voice('quiet'), chat));
  expect(await mine()).toEqual([]);
  await bot.telegram.control.sendText({ userId: me, chatId, text: '/settings' });
  await settle();
  expect((await said(chatId))?.text).toContain('распознаю, когда позовут');
  await press('group.mode:automatic');
  expect((await said(chatId))?.text).toContain('распознаю каждое голосовое');
  await press('group.documents:no');
  const [rules] = await bot.parts.db.select().from(groupRules).where(eq(groupRules.chatId, chatId));
  expect(rules).toMatchObject({ mode: 'automatic', documents: false });
  await receive(message(702, voice('heard'), chat));
  expect(await mine()).toMatchObject([{ fileId: 'file-heard', chatId, messageId: 702 }]);
  const [order] = await bot.parts.db
    .select()
    .from(orders)
    .where(and(eq(orders.ownerId, me), eq(orders.kind, 'transcription')));
  expect(order).toMatchObject({ chatId });

  await bot.telegram.control.sendText({ userId: me, chatId, text: '/settings' });
  await settle();
  await press('group.mode:silent');
  const before = (await bot.messages(chatId)).length;
  const call = { caption: '/transcribe', ...voice('silent') };
  await receive(message(703, call, chat));
  expect(await mine()).toHaveLength(1);
  expect(await bot.messages(chatId)).toHaveLength(before);
  expect((await bot.messages(chatId)).flatMap(dataOf)).toContain('group.documents:yes');
});

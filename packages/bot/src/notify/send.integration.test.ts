import { createAvatar, owedCalls, transact } from '@aisha/core';
import { eventually, makeOrder } from '@aisha/core/testing';
import {
  avatars,
  FAILURES,
  type FailureReason,
  type Language,
  notifications,
  orders,
  recordings,
  users,
} from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';
import { sendNotification } from './send.ts';

let bot: TestBot;
let me: number;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot, 'ru');
  await bot.say(me, '/start');
});
afterEach(() => bot.telegram.control.clearFaults({}));

let keys = 0;
const run = () => ({ signal: AbortSignal.timeout(20_000) });
const tell = (id: string, parts = bot.parts) => sendNotification(parts, id, run());
const plain = (language: Language, ...[key]: [Parameters<typeof bot.parts.texts.plain>[1]]) =>
  bot.parts.texts.plain(language, key).replace(/<[^>]*>/g, '');

async function owe(orderId: string): Promise<string> {
  const [row] = await bot.parts.db
    .insert(notifications)
    .values({ key: `k${(keys += 1)}`, userId: me, chatId: me, kind: 'order.ended', data: { orderId } })
    .returning();
  if (!row) throw new Error('no notification');
  return row.id;
}

const stateOf = async (id: string) => {
  const [row] = await bot.parts.db.select().from(notifications).where(eq(notifications.id, id));
  return row;
};

/** What is told after `/start`. */
const told = async () => (await bot.messages(me)).slice(1);
const texts = async () => (await told()).map(({ text }) => text);

/** An order of pictures that has ended, three of them delivered. */
async function drawn(count = 3) {
  const { images } = await furnish(bot, me, 'маяк');
  const [row] = await bot.parts.db.query.images.findMany({ where: (t) => eq(t.id, images[0] ?? '') });
  const orderId = row?.orderId ?? '';
  await bot.parts.db
    .update(orders)
    .set({ input: { prompt: 'маяк', aspect: '3:4', count, seed: 1 } })
    .where(eq(orders.id, orderId));
  return orderId;
}

async function failed(kind: 'image' | 'training', failure: FailureReason) {
  const order = await makeOrder(bot, me);
  await bot.parts.db
    .update(orders)
    .set({ state: 'failed', kind, failure, endedAt: sql`now()` })
    .where(eq(orders.id, order.id));
  return order.id;
}

async function transcribed(text: string) {
  const { recording } = await furnish(bot, me, 'x');
  await bot.parts.db
    .update(recordings)
    .set({ text, title: 'Встреча: планы/2026?' })
    .where(eq(recordings.id, recording));
  await bot.parts.storage.put(
    'transcripts',
    `${me}/recordings/${recording}/transcript.txt`,
    Buffer.from(text),
    {
      contentType: 'text/plain',
    },
  );
  const order = await makeOrder(bot, me);
  await bot.parts.db
    .update(orders)
    .set({ kind: 'transcription', subjectId: recording, state: 'succeeded', endedAt: sql`now()` })
    .where(eq(orders.id, order.id));
  return order.id;
}

describe('a notification', () => {
  test('is sent once, however many send it at once', async () => {
    const id = await owe(await drawn());
    await Promise.all(Array.from({ length: 6 }, () => tell(id)));
    await tell(id);
    expect(await told()).toHaveLength(3);
    expect(await stateOf(id)).toMatchObject({ state: 'sent', sent: 3, sentAt: expect.any(Date) });
  });

  test('that a crash left half sent is finished by the next one, with only the rest', async () => {
    const id = await owe(await drawn());
    const { telegram } = bot.parts;
    let calls = 0;
    const call: typeof telegram.call = (...request) => {
      calls += 1;
      return calls === 2 ? new Promise(() => undefined) : telegram.call(...request);
    };
    void tell(id, { ...bot.parts, telegram: { ...telegram, call } });
    await eventually(async () => expect(calls).toBe(2));
    const rendered = owedCalls.parse((await stateOf(id))?.owed);
    await tell(id);
    expect(await told()).toHaveLength(1);

    await bot.parts.db.update(users).set({ language: 'en', languageChosen: true }).where(eq(users.id, me));
    await bot.parts.db.update(notifications).set({ claimedUntil: sql`now() - interval '1 second'` });
    await tell(id);
    expect(await told()).toHaveLength(3);
    // As it was rendered, in the language of then; nothing of it is kept.
    expect((await told()).at(-1)?.markup).toEqual(rendered.at(-1)?.payload['reply_markup']);
    expect(await stateOf(id)).toMatchObject({ state: 'sent', unknownOutcomes: 1, owed: null });
  });

  test.each([
    ['whose body', { kind: 'of 2030', data: { words: 'secret' } }],
    ['whose data', { kind: 'order.ended', data: { words: 'secret' } }],
    ['whose calls', { owed: [{ words: 'secret' }] }],
  ])('%s cannot be read is left to a newer release for a while, then set aside', async (_what, changed) => {
    const id = await owe('1');
    await bot.parts.db.update(notifications).set(changed).where(eq(notifications.id, id));
    await tell(id);
    expect(await stateOf(id)).toMatchObject({ state: 'pending', claimedUntil: null });
    expect((await stateOf(id))?.nextCheckAt.getTime()).toBeGreaterThan(Date.now() + 50_000);
    for (let look = 2; look <= 10; look += 1) await tell(id);
    expect(await stateOf(id)).toMatchObject({ state: 'failed', sent: 0 });
    expect(await told()).toEqual([]);
    expect(JSON.stringify(bot.log)).not.toContain('secret');
  });

  test('is rendered in the language of the moment in which it is told', async () => {
    const id = await owe(await failed('image', 'flagged'));
    await bot.parts.db.update(users).set({ language: 'kk', languageChosen: true }).where(eq(users.id, me));
    await tell(id);
    expect((await texts()).join()).toContain(plain('kk', 'failure.flagged'));
  });

  test('for somebody who has blocked the bot is dropped; their work stays', async () => {
    const orderId = await drawn();
    const id = await owe(orderId);
    await bot.telegram.control.block({ userId: me });
    await tell(id);
    expect(await stateOf(id)).toMatchObject({ state: 'dropped', sent: 0 });
    expect(await bot.parts.db.query.images.findMany({ where: (t) => eq(t.orderId, orderId) })).toHaveLength(
      3,
    );
  });

  test('waits as long as Telegram says, and gives its claim back meanwhile', async () => {
    const id = await owe(await drawn());
    await bot.telegram.control.addFault({
      method: 'sendPhoto',
      skip: 1,
      action: { kind: 'too_many_requests', retryAfter: 60 },
    });
    await expect(tell(id)).rejects.toMatchObject({
      name: 'TransientError',
      retryAfterMs: expect.any(Number),
    });
    expect(await stateOf(id)).toMatchObject({ state: 'pending', sent: 1, claimedUntil: null });
    await bot.telegram.control.clearFaults({});
    await bot.forgetPace();
    await tell(id);
    expect(await told()).toHaveLength(3);
  });

  test('whose file cannot be read now is sent later', async () => {
    const id = await owe(await drawn(1));
    const { storage } = bot.parts;
    const get = () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    await expect(tell(id, { ...bot.parts, storage: { ...storage, get } })).rejects.toMatchObject({
      name: 'TransientError',
    });
    expect(await stateOf(id)).toMatchObject({ state: 'pending', sent: 0, claimedUntil: null });
  });

  test('of an alarm tells an operator which provider it is', async () => {
    const [row] = await bot.parts.db
      .insert(notifications)
      .values({
        key: 'alarm',
        userId: me,
        chatId: me,
        kind: 'alarm',
        data: { provider: 'fal', reason: '<locked>' },
      })
      .returning();
    await tell(row?.id ?? '');
    expect((await texts()).join()).toMatch(/FAL.*<locked>/s);
  });

  test('of an alarm about one model names it and what stands still', async () => {
    const [row] = await bot.parts.db
      .insert(notifications)
      .values({
        key: 'alarm of a model',
        userId: me,
        chatId: me,
        kind: 'alarm',
        data: { provider: 'openai', use: 'moderation', model: 'omni-moderation-latest', reason: 'model' },
      })
      .returning();
    await tell(row?.id ?? '');
    expect((await texts()).join()).toMatch(/OpenAI.*omni-moderation-latest.*проверка описаний картинок/s);
  });
});

describe('an order that ended well', () => {
  test('of which a picture is missing says how many there are', async () => {
    await tell(await owe(await drawn(4)));
    const all = await told();
    expect(all).toHaveLength(4);
    expect(all.at(-1)?.text).toBe(bot.parts.texts.plain('ru', 'image.partial', { count: 3, total: 4 }));
  });

  test('as a short text stands in the chat, its signs as they were said', async () => {
    await tell(await owe(await transcribed('a < b & c > d')));
    expect(await texts()).toEqual(['a < b & c > d']);
  });

  test('as a long text comes whole as a file, with its beginning and a name that can be read', async () => {
    const text = 'Мы говорили о многом. '.repeat(400);
    await tell(await owe(await transcribed(text)));
    const [beginning, message] = await told();
    expect(message?.file).toMatchObject({ name: 'Встреча планы 2026.txt' });
    const bytes = await bot.telegram.control.download(message?.file ?? { path: '' });
    expect(Buffer.from(bytes).toString('utf8')).toBe(text);
    expect(beginning?.text).toContain('Мы говорили о многом.');
  });

  test('of a text takes the place of its status message', async () => {
    const orderId = await transcribed('да');
    const status = await bot.parts.telegram.call(
      'sendMessage',
      { chat_id: me, text: '…' },
      { priority: 'reply' },
    );
    if (status.kind !== 'ok') throw new Error(status.kind);
    await bot.parts.db
      .update(orders)
      .set({ statusMessageId: status.result.message_id })
      .where(eq(orders.id, orderId));
    await tell(await owe(orderId));
    expect(await told()).toMatchObject([{ id: status.result.message_id, text: 'да' }]);
  });

  test('of a training names the avatar and leads to a picture', async () => {
    const avatar = await transact(bot.parts, (unit) =>
      createAvatar(unit, { ownerId: me, chatId: me, kind: 'style', name: 'Масло <b>', subject: null }),
    );
    await bot.parts.db
      .update(avatars)
      .set({ state: 'ready' })
      .where(eq(avatars.id, avatar?.id ?? ''));
    const order = await makeOrder(bot, me);
    await bot.parts.db
      .update(orders)
      .set({ kind: 'training', subjectId: avatar?.id ?? null, state: 'succeeded', endedAt: sql`now()` })
      .where(eq(orders.id, order.id));
    await tell(await owe(order.id));
    const [message] = await told();
    expect(message?.text).toContain('Масло <b>');
    expect(JSON.stringify(message?.markup)).toContain(`imagine:${avatar?.id}`);
  });
});

describe.each<Language>(['ru', 'kk', 'en'])('an order that failed, in %s', (language) => {
  test('says why in words, for every reason, and that nothing was charged', async () => {
    await bot.parts.db.update(users).set({ language, languageChosen: true }).where(eq(users.id, me));
    for (const failure of FAILURES) {
      await bot.forgetPace();
      await tell(await owe(await failed('image', failure)));
      const last = (await texts()).at(-1);
      expect(last, failure).toContain(plain(language, `failure.${failure}`));
      expect(last, failure).toContain(plain(language, 'charged.nothing'));
    }
  });
});

import { findBroadcast, listActions, stepBroadcastBy, tallyOf, transact } from '@aisha/core';
import { broadcastRecipients, broadcasts, chats, notifications, users } from '@aisha/db';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendBroadcast } from './broadcast.ts';
import { sendNotification } from './send.ts';
import { picture } from '@aisha/core/testing';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';

const PEOPLE = 300;
let bot: TestBot;
let operator: number;
let people: number[];
const OPERATORS: number[] = [];
beforeAll(async () => {
  bot = await startTestBot({ adminIds: OPERATORS, broadcastPerSecond: 500 });
  operator = await stranger(bot, 'en');
  OPERATORS.push(operator);
  await bot.say(operator, '/start');
  const made = await bot.telegram.control.createUsers({ count: PEOPLE, languageCode: 'ru', met: true });
  people = made.map(({ id }) => id);
  const rows = people.map((id, n) => ({
    id,
    firstName: 'A',
    language: n % 3 === 0 ? ('kk' as const) : ('ru' as const),
    seenAt: new Date(Date.now() - (n % 2 === 0 ? 0 : 20 * 86_400_000)),
  }));
  await bot.parts.db.insert(users).values(rows);
  await bot.parts.db.insert(chats).values(people.map((id) => ({ id, type: 'private' })));
});
afterAll(() => bot.close());

const run = () => ({ signal: new AbortController().signal });
const got = async (id: number) =>
  (await bot.telegram.control.transcript({ chatId: id })).messages.filter(({ fromBot }) => fromBot);
const newest = async () => {
  const [one] = await bot.parts.db
    .select()
    .from(broadcasts)
    .orderBy(sql`created_at desc`)
    .limit(1);
  if (!one) throw new Error('no broadcast');
  return one.id;
};
const step = (id: string, what: 'start' | 'pause' | 'resume') =>
  transact(bot.parts, (unit) => stepBroadcastBy(unit, operator, id, what));
/** Runs its job until it waits for nobody, or for those whose fate is not known. */
const send = (id: string) => sendBroadcast(bot.parts, id, run()).catch((error: unknown) => error);

test('a broadcast is written, looked at, narrowed and begun in the chat', async () => {
  await bot.say(operator, '/admin');
  await bot.press(operator, 'cast');
  await bot.press(operator, 'cast.new');
  const [shown, panel] = await bot.say(operator, 'We <draw> better & faster');
  expect(shown).toMatchObject({ text: 'We <draw> better & faster' });
  expect(panel?.text).toContain('Will get it: 301');
  const id = await newest();
  await bot.press(operator, `cast.buttons:${id}`);
  expect((await bot.say(operator, 'no address'))[0]?.text).toContain('do not understand');
  const [preview] = await bot.say(operator, 'Read more | https://example.com/news');
  expect(preview?.markup).toEqual({
    inline_keyboard: [[{ text: 'Read more', url: 'https://example.com/news' }]],
  });
  // Everything of it can be changed, and is shown again.
  await bot.press(operator, `cast.change:${id}`);
  const [reworded] = await bot.say(operator, 'We draw faster');
  expect(reworded).toMatchObject({ text: 'We draw faster', markup: preview?.markup });
  await bot.press(operator, `cast.change:${id}`);
  const file = { name: 'p.jpg', bytes: await picture(3).jpeg().toBuffer(), mime: 'image/jpeg' };
  await bot.telegram.control.sendMedia({ userId: operator, kind: 'photo', file });
  await bot.fetch();
  await bot.work();
  const pictured = (await bot.messages(operator)).findLast(({ message }) => message.photo !== undefined);
  expect(pictured).toMatchObject({ text: 'We draw faster', markup: preview?.markup });
  await bot.press(operator, `cast.change:${id}`);
  expect((await bot.say(operator, 'x'.repeat(1_025)))[0]?.text).toContain('1024');
  await bot.press(operator, `cast.show:${id}`);
  const plain = await bot.press(operator, `cast.photo.drop:${id}`);
  expect(plain.messages[0]).toMatchObject({ text: 'We draw faster', markup: preview?.markup });
  await bot.press(operator, `cast.buttons:${id}`);
  const bare = await bot.press(operator, `cast.buttons.drop:${id}`);
  expect(bare.messages[0]?.text).toBe('We draw faster');
  expect(bare.messages[0]?.markup).toBeFalsy();
  const active = await bot.press(operator, `cast.active:${id}:7`);
  expect(active.messages[0]?.text).toContain('Will get it: 151');
  const kazakh = await bot.press(operator, `cast.language:${id}:kk`);
  expect(kazakh.messages[0]?.text).toContain('Will get it: 50');
  const none = await bot.press(operator, `cast.credits:${id}:with`);
  expect(none.messages[0]?.text).toContain('Will get it: 0');
  await bot.press(operator, `cast.credits:${id}:all`);
  const begun = await bot.press(operator, `cast.start:${id}`);
  expect(begun.messages[0]?.text).toContain('0 / 50');
  expect(dataOf(begun.messages[0] ?? Object(null))).toContain(`cast.pause:${id}`);
  await send(id);
  expect(await tallyOf(bot.parts.db, id)).toMatchObject({ all: 50, sent: 50 });
  const [first] = await got(people[0] ?? 0);
  expect(first).toMatchObject({ text: 'We draw faster' });
  // The report comes by itself, in the place of the message that showed how it goes.
  const [owed] = await bot.parts.db
    .select()
    .from(notifications)
    .where(eq(notifications.kind, 'broadcast.ended'));
  await sendNotification(bot.parts, owed?.id ?? '', run());
  const said = (await bot.messages(operator)).filter(({ text }) => / \/ 50/.test(text ?? ''));
  expect(said.map(({ text }) => text)).toEqual([expect.stringContaining('Got it: 50')]);
  expect(said[0]?.text).toContain('broadcast is finished');
  expect((await listActions(bot.parts.db, { limit: 1 }))[0]).toMatchObject({ action: 'broadcast.start' });
});

test('each gets it once: blocked ones are left out, a killed worker’s are uncertain, a pause stops and goes on', async () => {
  const { db } = bot.parts;
  await bot.say(operator, '/admin');
  await bot.press(operator, 'cast');
  await bot.press(operator, 'cast.new');
  await bot.say(operator, 'Second');
  const id = await newest();
  const blocked = people.slice(0, 9);
  for (const userId of blocked) await bot.telegram.control.block({ userId });
  await bot.fetch();
  await bot.work();
  // The bot has not heard of it: Telegram says so when it is sent.
  await db.update(chats).set({ unreachableSince: null }).where(inArray(chats.id, blocked));
  await step(id, 'start');
  // After it has begun: somebody is blocked by an operator, leaves, wants no news, is told without a sound.
  const [out, gone, lost, averse, quiet] = people.slice(20, 25);
  await db
    .update(users)
    .set({ blockedAt: new Date() })
    .where(eq(users.id, out ?? 0));
  await db
    .update(chats)
    .set({ unreachableSince: new Date() })
    .where(eq(chats.id, gone ?? 0));
  await db
    .update(users)
    .set({ settings: { news: false } })
    .where(eq(users.id, averse ?? 0));
  await db
    .update(users)
    .set({ settings: { notifications: 'silent' } })
    .where(eq(users.id, quiet ?? 0));
  // A worker that was killed in the middle of a call.
  await db
    .update(broadcastRecipients)
    .set({ state: 'sending', claimedAt: new Date(Date.now() - 600_000) })
    .where(and(eq(broadcastRecipients.broadcastId, id), eq(broadcastRecipients.userId, lost ?? 0)));
  // Telegram asks to wait; nobody is lost by it.
  await bot.telegram.control.addFault({
    method: 'sendMessage',
    skip: 5,
    times: 1,
    action: { kind: 'too_many_requests', retryAfter: 1 },
  });

  const first = send(id);
  await expect
    .poll(async () => (await tallyOf(db, id)).sent, { timeout: 20_000, interval: 20 })
    .toBeGreaterThan(20);
  await step(id, 'pause');
  await first;
  const paused = await tallyOf(db, id);
  expect(paused.sending).toBe(0);
  expect(paused.waiting).toBeGreaterThan(0);
  await send(id);
  expect((await tallyOf(db, id)).waiting).toBe(paused.waiting);
  await step(id, 'resume');
  // Two workers at once are one too many, and do no harm.
  while ((await findBroadcast(db, id))?.state === 'running') await Promise.all([send(id), send(id)]);
  expect(await tallyOf(db, id)).toEqual({
    all: PEOPLE + 1,
    sent: PEOPLE + 1 - 13,
    skipped: 12,
    refused: 0,
    uncertain: 1,
    waiting: 0,
    sending: 0,
  });
  const copies = await Promise.all(
    people.map(async (one) => (await got(one)).filter(({ text }) => text === 'Second').length),
  );
  expect(copies.filter((n) => n === 1)).toHaveLength(PEOPLE - 13);
  expect(copies.filter((n) => n > 1)).toEqual([]);
}, 60_000);

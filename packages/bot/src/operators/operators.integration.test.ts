import { balanceOf, failOrder, findUser, listActions, listPromoCodes } from '@aisha/core';
import { makeOrder } from '@aisha/core/testing';
import { conversations, notifications, orders } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readPromoLine } from './promo.ts';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';

let bot: TestBot;
let operator: number;
let me: number;
const OPERATORS: number[] = [];
beforeAll(async () => {
  bot = await startTestBot({ adminIds: OPERATORS });
  me = await stranger(bot, 'en');
  await bot.say(me, '/start');
});
// One of their own for each test: a chat takes so many messages at once and no more.
beforeEach(async () => {
  operator = await stranger(bot, 'en');
  OPERATORS.push(operator);
  await bot.say(operator, '/start');
});
afterAll(() => bot.close());

const texts = (messages: Awaited<ReturnType<TestBot['say']>>) => messages.map(({ text }) => text);

test('an operator sees how it is and whom they ask for, and blocks them; it is written down', async () => {
  expect(texts(await bot.say(operator, '/admin'))).toEqual([expect.stringContaining('People: 2')]);
  await bot.press(operator, 'admin');
  expect(texts(await bot.say(operator, '/admin 4242'))).toEqual([expect.stringContaining('knows nobody')]);
  expect(texts(await bot.say(operator, `/admin ${me}`))).toEqual([expect.stringContaining('not blocked')]);
  const { messages } = await bot.press(operator, `admin.block:${me}`);
  expect(texts(messages)).toEqual([expect.stringContaining('), blocked')]);
  expect((await findUser(bot.parts.db, me))?.blockedAt).not.toBeNull();
  await bot.press(operator, `admin.unblock:${me}`);
  expect((await findUser(bot.parts.db, me))?.blockedAt).toBeNull();
  expect(
    (await listActions(bot.parts.db, { userId: me, limit: 9 })).map(({ action, operator: by }) => [
      action,
      by,
    ]),
  ).toEqual([
    ['user.unblock', String(operator)],
    ['user.block', String(operator)],
  ]);
});

test('to anybody else it is a command that does not exist', async () => {
  const unknown = await bot.say(me, '/nothing_like_it');
  const admin = await bot.say(me, '/admin');
  expect(texts(admin)).toEqual(texts(unknown));
  expect(admin.map(({ markup }) => markup)).toEqual(unknown.map(({ markup }) => markup));
});

const shown = (messages: Awaited<ReturnType<TestBot['say']>>) => messages.map(({ text }) => text).join('\n');

test('credits are given and taken with a reason, once, and stand in the ledger and the journal', async () => {
  await bot.say(operator, '/admin');
  await bot.press(operator, 'admin.find');
  await bot.say(operator, String(me));
  await bot.press(operator, `admin.grant:${me}`);
  expect(shown(await bot.say(operator, 'a hundred'))).toContain('whole number and a reason');
  expect(shown(await bot.say(operator, '100 sorry for the outage'))).toContain('sorry for the outage');
  expect(shown((await bot.press(operator, 'admin.adjust.yes')).messages)).toContain('Credits: 100');
  // Pressed again where the dialogue is over.
  expect(await balanceOf(bot.parts.db, me)).toBe(100);
  await bot.press(operator, `admin.take:${me}`);
  await bot.say(operator, '30: by mistake');
  await bot.press(operator, 'admin.adjust.yes');
  expect(await balanceOf(bot.parts.db, me)).toBe(70);
  expect(shown((await bot.press(operator, `admin.ledger:${me}`)).messages)).toMatch(/−30.*\n.*\+100/);
  await bot.press(operator, `admin.user:${me}`);
  await bot.press(operator, `admin.take:${me}`);
  await bot.say(operator, '100 too much');
  expect(shown((await bot.press(operator, 'admin.adjust.yes')).messages)).toContain(
    'Only 70 credits are free',
  );
  await bot.press(operator, `admin.user:${me}`);
  expect(shown((await bot.press(operator, `admin.journal:${me}`)).messages)).toMatch(
    /credits taken · 30 credits .*«by mistake»\n.*credits given · 100 credits .*«sorry for the outage»/,
  );
});

test('an order that failed is tried again, what a finished one had cost is given back, once', async () => {
  const order = await makeOrder(bot, me, { prompt: 'x' });
  await failOrder(bot.parts, order.id, 'provider_down');
  await bot.say(operator, `/admin ${me}`);
  expect(shown((await bot.press(operator, `admin.orders:${me}`)).messages)).toContain(
    'Picture — failed: the provider does not answer',
  );
  await bot.press(operator, `admin.order:${order.id}`);
  expect(await bot.press(operator, `admin.order.retry:${order.id}`)).toMatchObject({
    toast: 'The order runs again',
    messages: [{ text: expect.stringContaining('Tried again') }],
  });
  const paid = await makeOrder(bot, me, { prompt: 'y' });
  await bot.parts.db
    .update(orders)
    .set({ state: 'succeeded', unitPrice: 5, units: 2, delivered: 2, endedAt: new Date() })
    .where(eq(orders.id, paid.id));
  await bot.say(operator, `/admin ${paid.id}`);
  await bot.press(operator, `admin.order.refund:${paid.id}`);
  expect(shown(await bot.say(operator, 'a blurred picture'))).toContain('order refunded, 10 credits');
  expect(await balanceOf(bot.parts.db, me)).toBe(80);
  const [action] = await listActions(bot.parts.db, { userId: me, limit: 1 });
  expect(action).toMatchObject({ action: 'order.refund', reason: 'a blurred picture' });
});

test('promo codes of the three kinds are made and stopped', async () => {
  await bot.say(operator, '/admin');
  for (const [kind, line] of [
    ['credits', 'SPRING 50 100 31.12.2099'],
    ['bonus', 'MORE 20'],
    ['discount', 'less 10% 5'],
  ]) {
    await bot.press(operator, 'admin.promo');
    await bot.press(operator, `admin.promo.new:${kind}`);
    await bot.say(operator, line ?? '');
    await bot.press(operator, 'admin.promo.yes');
  }
  expect(await listPromoCodes(bot.parts.db, 9)).toMatchObject([
    { code: 'LESS', kind: 'discount', value: 10, maxUses: 5, endsAt: null },
    { code: 'MORE', kind: 'bonus', value: 20, maxUses: null },
    { code: 'SPRING', kind: 'credits', value: 50, endsAt: new Date('2099-12-31T19:00:00Z') },
  ]);
  await bot.press(operator, 'admin.promo.stop');
  expect(shown(await bot.say(operator, 'more'))).toContain('stopped');
  // No button of an operator's is anybody else's, whoever makes it up.
  await bot.parts.db
    .insert(conversations)
    .values({ chatId: me, userId: me, state: { name: 'operator.find' } });
  expect(shown(await bot.say(me, String(operator)))).not.toContain('Credits:');
});

test('lines of promo codes are read, days as they end in Kazakhstan', () => {
  expect(readPromoLine('A-1 5 0 28.02.2027')?.endsAt).toEqual(new Date('2027-02-28T19:00:00Z'));
  for (const wrong of ['A', 'A x', 'A 5 x', 'A 5 1 31.02.2027', 'A 5 1 tomorrow', 'A 5 1 01.01.2030 more'])
    expect(readPromoLine(wrong)).toBeNull();
});

test('maintenance is begun with words, said to whoever begins something, and is over when it ends', async () => {
  await bot.say(operator, '/admin');
  await bot.press(operator, 'admin.maintenance');
  await bot.press(operator, 'admin.maintenance.note');
  expect(shown(await bot.say(operator, 'until <noon>'))).toContain('until <noon>');
  await bot.press(operator, 'admin.maintenance.begin');
  for (const command of ['/imagine', '/new_avatar'])
    expect(shown(await bot.say(me, command))).toMatch(/begin nothing new for now[^]*until <noon>/);
  await bot.say(me, '/menu');
  expect(shown((await bot.press(me, 'avatars')).messages)).not.toContain('begin nothing new');
  for (const command of ['/start', '/help', '/balance', '/paysupport'])
    expect(shown(await bot.say(me, command))).not.toContain('begin nothing new');
  expect(shown((await bot.press(operator, 'admin.maintenance')).messages)).toContain('Told of it: 1');
  expect((await bot.press(operator, 'admin.maintenance.end')).toast).toContain('knew of it: 1');
  const owed = await bot.parts.db.select().from(notifications);
  expect(owed.filter(({ kind }) => kind === 'service.back')).toMatchObject([{ userId: me }]);
  expect(shown(await bot.say(me, '/imagine'))).not.toContain('begin nothing new');
});

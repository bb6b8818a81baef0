import { coreHandlers, failOrder, listActions, openBreaker, watchSpending } from '@aisha/core';
import { makeOrder } from '@aisha/core/testing';
import { circuitBreakers, dailySpending, notifications, orders } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { showAlarm } from './alarm.ts';
import { sendNotification } from './send.ts';

let bot: TestBot;
let me: number;
const OPERATORS: number[] = [];
beforeAll(async () => {
  bot = await startTestBot({ adminIds: OPERATORS });
  for (const name of ['Ася', 'Борис']) OPERATORS.push(await stranger(bot, 'en', name));
  me = await stranger(bot, 'en');
  for (const one of [...OPERATORS, me]) await bot.say(one, '/start');
});
afterAll(() => bot.close());

const run = () => ({ ...bot.run(), attempt: 1, jobId: '1' });
async function tell() {
  const owed = await bot.parts.db.select().from(notifications).where(eq(notifications.state, 'pending'));
  for (const { id } of owed) await sendNotification(bot.parts, id, run());
}
/** Does what the queue was asked for since. */
async function work() {
  for (const { name, payload } of bot.enqueued.splice(0)) {
    if (name === 'orders.retry') await coreHandlers(bot.parts)['orders.retry'].handle(Object(payload));
    if (name === 'alarm.show') await showAlarm(bot.parts, Object(payload).notificationId, run());
  }
}
const newest = async (operator: number) => (await bot.messages(operator)).at(-1);
const buttonOf = async (operator: number, name: string) =>
  dataOf((await newest(operator)) ?? Object(null)).find((data) => data.startsWith(name)) ?? '';

test('an alarm is mended by its buttons, and every operator reads who did it', async () => {
  const [first = 0, second = 0] = OPERATORS;
  const failed = await Promise.all([1, 2].map(() => makeOrder(bot, me)));
  for (const { id } of failed) await failOrder(bot.parts, id, 'provider_account');
  await openBreaker(bot.parts, { provider: 'fal' }, 'locked');
  await tell();
  await work();
  expect((await newest(first))?.text).toContain('FAL');

  await bot.press(first, await buttonOf(first, 'alarm.pause'));
  await work();
  for (const operator of OPERATORS)
    expect((await newest(operator))?.text).toContain('⏸ Ася: the provider is paused');
  const paused = await bot.parts.db.select().from(circuitBreakers);
  expect(paused.map(({ name }) => name)).toContain('operator:fal');
  await bot.press(second, await buttonOf(second, 'alarm.resume'));
  await work();
  expect((await newest(first))?.text).toContain('▶️ Борис: the provider is back in use');

  await bot.press(second, await buttonOf(second, 'alarm.retry'));
  await work();
  await work();
  expect((await newest(first))?.text).toContain('✅ Борис: 2 orders tried again, 0 could not be');
  expect(await bot.parts.db.$count(orders, eq(orders.state, 'queued'))).toBe(2);
});

test('today’s cap is raised by a step, once for an alarm', async () => {
  const [first = 0, second = 0] = OPERATORS;
  const { db } = bot.parts;
  const day = sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD')`;
  await db.insert(dailySpending).values({ scope: 'all', day, micros: 1_000_000_000 });
  await watchSpending(bot.parts);
  await tell();
  await bot.press(first, await buttonOf(first, 'alarm.raise'));
  const button = await buttonOf(second, 'alarm.raise');
  expect((await bot.press(second, button)).toast).toContain('out of date');
  await work();
  for (const operator of OPERATORS)
    expect((await newest(operator))?.text).toContain('Ася: today’s cap is raised by $250');
  expect(await buttonOf(second, 'alarm.raise')).toBe('');
  expect((await listActions(db, { limit: 1 }))[0]).toMatchObject({
    action: 'cap.raise',
    about: { usd: 250, cap: 1_000 },
  });
  // 1,000 of 1,250: near the new cap, of which they hear by its own.
  await watchSpending(bot.parts);
  const alarms = await db.select().from(notifications).where(eq(notifications.kind, 'money.alarm'));
  expect(
    alarms.map(({ key }) => key.split(':').slice(0, 2).join(':')).toSorted((a, b) => a.localeCompare(b)),
  ).toEqual(['money:cap_near', 'money:cap_near', 'money:cap_reached', 'money:cap_reached']);
});

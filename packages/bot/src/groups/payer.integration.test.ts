import { coreHandlers } from '@aisha/core';
import { FREE_OF_CHARGE } from '@aisha/core/testing';
import { groupRules, notifications } from '@aisha/db';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { tellAll } from '../testing/paying.ts';

let bot: TestBot;
let boss: number;
let member: number;
let chatId: number;
beforeAll(async () => {
  bot = await startTestBot({ prices: { ...FREE_OF_CHARGE, charged: true, welcome: 300 } });
  boss = await stranger(bot, 'ru', 'Босс');
  member = await stranger(bot, 'ru', 'Иван');
  for (const one of [boss, member]) await bot.say(one, '/start');
});
afterAll(() => bot.close());
beforeEach(async () => {
  ({ id: chatId } = await bot.telegram.control.createGroup({ title: 'Команда', memberIds: [boss, member] }));
});

async function settle() {
  await bot.fetch();
  await bot.work();
  await bot.forgetPace();
  await tellAll(bot);
}
async function ask(userId: number, as?: 'group') {
  await bot.telegram.control.sendText({ userId, chatId, text: '/settings', ...(as && { as }) });
  await settle();
}
const newest = async () => (await bot.messages(chatId)).at(-1);
async function press(userId: number, data: string) {
  const messageId = (await newest())?.id ?? 0;
  const { callbackQueryId } = await bot.telegram.control.press({ userId, chatId, messageId, data });
  await settle();
  return (await bot.telegram.control.callbackAnswer({ chatId, callbackQueryId, timeoutMs: 1 }))?.text;
}
const rules = async () =>
  (await bot.parts.db.select().from(groupRules).where(eq(groupRules.chatId, chatId)))[0];

describe('who pays for a group', () => {
  test('is shown in its settings, and chosen by an administrator for themselves alone', async () => {
    await ask(member);
    expect((await newest())?.text).toContain('каждый за свой заказ');
    expect(await press(member, 'group.pay')).toBe('Это решают администраторы группы.');
    expect(await press(boss, 'group.pay')).toContain('платите вы');
    expect(await rules()).toMatchObject({ payerId: boss, title: 'Команда' });
    expect((await newest())?.text).toContain('Босс — за все заказы');
    const [balance] = await bot.say(boss, '/balance');
    expect(balance?.text).toContain('Вы платите за заказы в группе «Команда»');
    const { toast } = await bot.press(boss, `group.pay.stop:${chatId}`);
    expect(toast).toContain('больше не платите');
    expect(await rules()).toMatchObject({ payerId: null });
  });

  test('may be chosen by whoever asked in the group’s name', async () => {
    await ask(boss, 'group');
    expect(await press(member, 'group.pay')).toBe('Это решают администраторы группы.');
    expect(await press(boss, 'group.pay')).toContain('платите вы');
    expect(await rules()).toMatchObject({ payerId: boss });
    expect(await press(boss, 'group.each')).toContain('каждый платит за свой');
    expect((await newest())?.text).toContain('каждый за свой заказ');
  });

  test('is left to an administrator who runs it still: Telegram is asked again', async () => {
    await ask(boss);
    await bot.parts.db.update(groupRules).set({ administratorsAt: sql`now() - interval '1 hour'` });
    expect(await press(boss, 'group.pay')).toContain('Проверяю');
    expect(await press(boss, 'group.pay')).toContain('платите вы');
    // As if Ivan had agreed while he ran it.
    await bot.parts.db.update(groupRules).set({ payerId: member }).where(eq(groupRules.chatId, chatId));
    await coreHandlers(bot.parts)['group.look'].handle({ chatId }, { ...bot.run(), attempt: 1, jobId: '1' });
    expect(await rules()).toMatchObject({ payerId: null });
    await tellAll(bot);
    expect((await bot.messages(member)).at(-1)?.text).toContain('больше не администратор группы «Команда»');
    const told = and(eq(notifications.userId, member), eq(notifications.kind, 'group.payer_gone'));
    expect(await bot.parts.db.$count(notifications, told)).toBe(1);
  });

  test('is nobody’s matter while all is free', async () => {
    const { prices } = bot.parts.settings;
    Object.assign(prices, { charged: false });
    await ask(boss);
    expect((await newest())?.text).toContain('Сейчас всё бесплатно');
    expect(JSON.stringify((await newest())?.markup)).not.toContain('group.pay');
    Object.assign(prices, { charged: true });
  });
});

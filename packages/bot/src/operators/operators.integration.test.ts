import { findUser, listActions } from '@aisha/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';

let bot: TestBot;
let operator: number;
let me: number;
const OPERATORS: number[] = [];
beforeAll(async () => {
  bot = await startTestBot({ adminIds: OPERATORS });
  operator = await stranger(bot, 'en');
  OPERATORS.push(operator);
  me = await stranger(bot, 'en');
  for (const one of [me, operator]) await bot.say(one, '/start');
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

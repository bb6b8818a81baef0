import { orders, users } from '@aisha/db';
import { WIDE_SHARES } from '@aisha/core/testing';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import type { TextKey } from '../texts/index.ts';

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot({
    limits: {
      ...WIDE_SHARES,
      fal: { underWay: 2, perMinute: 10, perDay: 10 },
      updatesPerMinute: 6,
      providerWaitHours: 24,
      wrongCodesPerHour: 2,
    },
  });
});
afterAll(() => bot.close());

const russian = (key: TextKey) => bot.parts.texts.plain('ru', key);

test('pictures beyond one’s share are refused with a word, and nothing is ordered', async () => {
  const me = await stranger(bot);
  const heard: string[] = [];
  for (let n = 0; n < 4; n += 1)
    heard.push(...(await bot.say(me, `/imagine дом ${n}`)).map(({ text }) => text));
  expect(heard.filter((text) => text === russian('limit.too_many_under_way'))).toHaveLength(2);
  expect(await bot.parts.db.$count(orders, sql`${orders.ownerId} = ${me}`)).toBe(2);
});

describe('more messages than can be read', () => {
  test('are answered with one word; a minute later all is as before', async () => {
    const me = await stranger(bot);
    const heard: string[] = [];
    for (let n = 0; n < 12; n += 1) heard.push(...(await bot.say(me, '/help')).map(({ text }) => text));
    expect(heard.filter((text) => text === russian('limit.updates'))).toHaveLength(1);
    expect(heard).toHaveLength(7);
    await bot.parts.db.update(users).set({ minuteAt: sql`now() - interval '61 seconds'` });
    expect(await bot.say(me, '/help')).toHaveLength(1);
  });
});

test('promo codes that do not exist are tried a few times an hour', async () => {
  const me = await stranger(bot);
  await bot.say(me, '/balance');
  await bot.press(me, 'promo');
  const heard: string[] = [];
  for (const code of ['A', 'B', 'C']) heard.push(...(await bot.say(me, code)).map(({ text }) => text));
  expect(heard).toEqual([
    russian('promo.unknown'),
    russian('promo.unknown'),
    russian('promo.too_many_tries'),
  ]);
});

import { accountOf, failOrder } from '@aisha/core';
import { FREE_OF_CHARGE, trainable } from '@aisha/core/testing';
import { orders } from '@aisha/db';
import type { ChatMessage } from '@aisha/sandbox';
import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { orderEnded } from '../notify/order-ended.ts';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { tellAll } from '../testing/paying.ts';

const prices = { ...FREE_OF_CHARGE, charged: true, welcome: 200 };
let bot: TestBot;
let me: number;
beforeAll(async () => {
  bot = await startTestBot({ prices });
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot);
  await bot.say(me, '/start');
});

const account = () => accountOf(bot.parts.db, me);
const newest = async () => {
  const [order] = await bot.parts.db
    .select()
    .from(orders)
    .where(eq(orders.ownerId, me))
    .orderBy(desc(orders.createdAt))
    .limit(1);
  if (!order) throw new Error('no order');
  return order;
};
const labels = ({ markup }: ChatMessage) =>
  markup && 'inline_keyboard' in markup ? markup.inline_keyboard.flat().map(({ text }) => text) : [];
const texts = (messages: readonly ChatMessage[]) => messages.map(({ text }) => text).join('\n');

describe('what costs says so before it is ordered', () => {
  test('images: the price follows the count, stands on its buttons, and is what is held', async () => {
    const [screen] = await bot.say(me, '/imagine');
    expect(screen?.text).toContain('5 кредитов за 1 картинку');
    expect(screen && labels(screen)).toEqual(expect.arrayContaining(['• 1 · 5 кр. •', '4 · 20 кр.']));
    const { messages } = await bot.press(me, 'imagine.count:4');
    expect(texts(messages)).toContain('20 кредитов за 4 картинки');
    await bot.say(me, 'кот на крыше');
    expect(await newest()).toMatchObject({ state: 'queued', unitPrice: 5, units: 4 });
    expect(await account()).toEqual({ balance: 200, held: 20, available: 180 });
    const [balance] = await bot.say(me, '/balance');
    expect(balance?.text).toContain('180 кредитов');
    expect(balance?.text).toContain('Ещё 20 кредитов отложено');
    expect(balance?.text).toContain('Минута записи: 10 кредитов, первая минута бесплатно');
  });

  test('an image described with the command is quoted, and begins when that is accepted, once', async () => {
    const [quote] = await bot.say(me, '/imagine кот на крыше');
    expect(quote?.text).toContain('Цена: 5 кредитов');
    expect(await account()).toMatchObject({ held: 0 });
    const accept = quote && dataOf(quote).find((data) => data.startsWith('order.accept'));
    await bot.press(me, accept ?? '');
    expect(await newest()).toMatchObject({ state: 'queued' });
    expect(await account()).toMatchObject({ held: 5 });
    await bot.say(me, '/menu');
  });

  test('a training, on the button of each preset; once the price is another, it is quoted anew', async () => {
    const avatar = await trainable(bot, me);
    await bot.say(me, '/avatars');
    await bot.press(me, `avatar:${avatar.id}`);
    await bot.press(me, `avatar.photos:${avatar.id}`);
    const { messages } = await bot.press(me, `training:${avatar.id}`);
    const screen = messages.at(-1);
    expect(screen && labels(screen)[0]).toContain('150 кр.');
    const data = (screen && dataOf(screen)[0]) ?? '';
    expect(data).toBe(`training.start:${avatar.id}:fast:46`);

    prices.training = { ...prices.training, fast: 160 };
    const [quote] = (await bot.press(me, data)).messages;
    expect(quote?.text).toContain('Цена: 160 кредитов');
    expect(await newest()).toMatchObject({ state: 'quoted', unitPrice: 160 });
    await bot.press(me, `order.accept:${(await newest()).id}`);
    expect(await account()).toEqual({ balance: 200, held: 160, available: 40 });
    prices.training = FREE_OF_CHARGE.training;
  });

  test('where credits are missing, says how many, and leads to the balance and to a promo code', async () => {
    prices.image = 60;
    await bot.say(me, '/imagine');
    await bot.press(me, 'imagine.count:4');
    const [refusal] = await bot.say(me, 'кот');
    expect(refusal?.text).toContain('нужно 240 кредитов, а не хватает 40 кредитов');
    expect(refusal && dataOf(refusal)).toEqual(['balance', 'promo']);
    prices.image = FREE_OF_CHARGE.image;
  });

  test('what failed through nobody’s words has a button that orders it again, at its price', async () => {
    await bot.say(me, '/imagine');
    await bot.press(me, 'imagine.count:4');
    await bot.say(me, 'кот');
    const { id } = await newest();
    await failOrder(bot.parts, id, 'provider_down');
    await bot.forgetPace();
    await tellAll(bot);
    const failure = (await bot.messages(me)).at(-1);
    expect(failure?.text).toContain('С вас ничего не списано');
    expect(failure && labels(failure)[0]).toBe('🔁 Попробовать ещё раз · 20 кр.');
    const data = `order.again:${id}:k`;
    expect(failure && dataOf(failure)).toContain(data);
    const { messages } = await bot.press(me, data);
    expect(texts(messages)).toContain('Принято');
    const again = await newest();
    expect(again).toMatchObject({ state: 'queued', units: 4 });
    expect(again.id).not.toBe(id);
    expect(await account()).toMatchObject({ held: 20 });
    // What the words themselves forbid is not offered again.
    await failOrder(bot.parts, again.id, 'content_policy');
    await bot.forgetPace();
    await tellAll(bot);
    const refused = (await bot.messages(me)).at(-1);
    expect(refused && labels(refused).join()).not.toContain('ещё раз');
  });

  test('an order that has ended says what was charged and what came back', async () => {
    await bot.say(me, '/imagine');
    await bot.press(me, 'imagine.count:4');
    await bot.say(me, 'кот');
    const { id } = await newest();
    const told = async (end: Partial<typeof orders.$inferInsert>) => {
      await bot.parts.db.update(orders).set(end).where(eq(orders.id, id));
      return (await orderEnded(bot.parts, id)).map(({ payload }) => payload['text']).join('\n');
    };
    expect(await told({ state: 'succeeded', delivered: 4 })).toContain('Списано: 20 кредитов.');
    expect(await told({ delivered: 3 })).toContain('Списано: 15 кредитов, вернулось: 5 кредитов.');
    expect(await told({ delivered: null, units: null })).toContain('Это было бесплатно.');
    const failed = await told({ state: 'failed', failure: 'provider_down', units: 4, delivered: 0 });
    expect(failed).toContain('С вас ничего не списано.');
  });

  test('nothing, while credits are off: no price is shown, and the balance says that all is free', async () => {
    prices.charged = false;
    const [screen] = await bot.say(me, '/imagine');
    expect(screen?.text).not.toContain('кредит');
    expect(screen && labels(screen)).toContain('• 1 •');
    await bot.say(me, 'кот');
    expect(await newest()).toMatchObject({ state: 'queued', units: null });
    const [balance] = await bot.say(me, '/balance');
    expect(balance?.text).toContain('всё бесплатно');
    prices.charged = true;
  });
});

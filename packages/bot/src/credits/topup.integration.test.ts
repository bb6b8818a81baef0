import { balanceOf, incoming, keepUpdates, setBlocked } from '@aisha/core';
import { FREE_OF_CHARGE, TEST_SALES } from '@aisha/core/testing';
import { invoices, payments, stops, telegramUpdates } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { invoiceIn, pay, tellAll } from '../testing/paying.ts';

let bot: TestBot;
let me: number;
beforeAll(async () => {
  bot = await startTestBot({ prices: { ...FREE_OF_CHARGE, charged: true } });
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot, 'en');
  await bot.say(me, '/balance');
});

const balance = (userId = me) => balanceOf(bot.parts.db, userId);
const paymentsOf = (userId = me) => bot.parts.db.select().from(payments).where(eq(payments.userId, userId));
const last = async (userId = me) => (await bot.messages(userId)).at(-1)?.text ?? '';

/** Chooses a pack; the invoice that came. */
async function choose(pack: string, provider = 'stars') {
  if (!(await bot.messages(me)).some(({ markup }) => JSON.stringify(markup).includes('pack.buy')))
    await bot.press(me, 'topup');
  await bot.press(me, `pack.buy:${pack}:${provider}`);
  return invoiceIn(bot, me);
}

describe('a pack', () => {
  test.each([
    ['stars', 'XTR', 50],
    ['card', 'KZT', 49_900],
  ])('is bought by %s: invoice, checkout, credited once, told once', async (provider, currency, amount) => {
    const invoice = await choose('small', provider);
    expect(invoice.message.invoice).toMatchObject({ currency, total_amount: amount });
    expect(await pay(bot, me, { messageId: invoice.id })).toMatchObject({ outcome: 'paid' });
    expect(await balance()).toBe(100);
    expect(await paymentsOf()).toMatchObject([
      { provider, currency, amount, credits: 100, state: 'paid', source: 'update' },
    ]);
    await tellAll(bot);
    await tellAll(bot);
    const told = (await bot.messages(me)).filter(({ text }) => text.includes('received'));
    expect(told).toHaveLength(1);
    expect(told[0]?.text).toContain('+100 credits');
    expect((await bot.say(me, '/balance'))[0]?.text).toContain('100');
  });

  test('whose payment is told five times to two instances is credited once', async () => {
    const invoice = await choose('large');
    const outcome = await pay(bot, me, { messageId: invoice.id });
    expect(outcome).toMatchObject({ outcome: 'paid' });
    const [told] = await bot.parts.db
      .select()
      .from(telegramUpdates)
      .where(eq(telegramUpdates.lane, `chat${me}`))
      .then((rows) => rows.filter(({ payload }) => JSON.stringify(payload).includes('successful_payment')));
    if (!told) throw new Error('no payment was told');
    // Under other numbers: an idle week, another instance, whatever makes the inbox not know them.
    const again = Array.from({ length: 4 }, (_, n) =>
      incoming({ ...told.payload, update_id: told.updateId + 500_000 + n }),
    ).flatMap((update) => update ?? []);
    await keepUpdates(bot.parts.db, bot.botId, again);
    await Promise.all([bot.work(), bot.work()].map((work) => work.catch(() => undefined)));
    await bot.work();
    expect(await balance()).toBe(1_000);
    expect(await paymentsOf()).toHaveLength(1);
  });

  test('that was taken out, or has another price by now, is not sold, but credited when it was paid before', async () => {
    const invoice = await choose('small');
    const changed = { packs: [{ name: 'small', credits: 100, stars: 60, price: null }] };
    const parts = { ...bot.parts, sales: { ...TEST_SALES, ...changed } };
    const declined = pay({ ...bot, work: () => bot.work(parts) }, me, { messageId: invoice.id });
    expect(await declined).toMatchObject({
      outcome: 'declined',
      reason: expect.stringContaining('out of date'),
    });
    const without = { ...bot.parts, sales: { ...TEST_SALES, packs: [] } };
    const isAgreed = async () =>
      (await bot.parts.db.select().from(invoices).where(eq(invoices.userId, me))).some(
        ({ agreedAt }) => agreedAt !== null,
      );
    const deployed = { ...bot, work: async () => bot.work((await isAgreed()) ? without : bot.parts) };
    expect(await pay(deployed, me, { messageId: invoice.id })).toMatchObject({ outcome: 'paid' });
    expect(await balance()).toBe(100);
  });
});

describe('a checkout is declined', () => {
  test('of no invoice of ours', async () => {
    const sent = await bot.parts.telegram.call(
      'sendInvoice',
      {
        chat_id: me,
        title: 'x',
        description: 'x',
        payload: 'x',
        currency: 'XTR',
        prices: [{ label: 'x', amount: 1 }],
      },
      { priority: 'reply' },
    );
    if (sent.kind !== 'ok') throw new Error(sent.kind);
    expect(await pay(bot, me, { messageId: sent.result.message_id })).toMatchObject({
      outcome: 'declined',
      reason: expect.stringContaining('out of date'),
    });
  });

  test('to somebody else', async () => {
    const invoice = await choose('small');
    const [mine] = await bot.parts.db.select().from(invoices).where(eq(invoices.userId, me));
    const other = await stranger(bot, 'ru');
    await bot.say(other, '/start');
    const sent = await bot.parts.telegram.call(
      'sendInvoice',
      {
        chat_id: other,
        title: 'x',
        description: 'x',
        payload: `invoice:${mine?.id}`,
        currency: 'XTR',
        prices: [{ label: 'x', amount: 50 }],
      },
      { priority: 'reply' },
    );
    if (sent.kind !== 'ok') throw new Error(sent.kind);
    expect(await pay(bot, other, { messageId: sent.result.message_id })).toMatchObject({
      outcome: 'declined',
      reason: expect.stringContaining('другому человеку'),
    });
    expect(await pay(bot, me, { messageId: invoice.id })).toMatchObject({ outcome: 'paid' });
  });

  test('to whom an operator blocked', async () => {
    const invoice = await choose('small');
    await setBlocked(bot.parts.db, me, true);
    expect(await pay(bot, me, { messageId: invoice.id })).toMatchObject({ outcome: 'declined' });
    expect(await balance()).toBe(0);
  });

  test('while an operator stopped payments', async () => {
    const invoice = await choose('small');
    await bot.parts.db.insert(stops).values({ what: 'payments' });
    expect(await pay(bot, me, { messageId: invoice.id })).toMatchObject({ outcome: 'declined' });
    await bot.say(me, '/balance');
    await bot.press(me, 'topup');
    expect(await last()).toContain('closed');
    await bot.parts.db.delete(stops);
    expect(await pay(bot, me, { messageId: invoice.id })).toMatchObject({ outcome: 'paid' });
  });
});

test('a payment that fits no invoice is kept, credits nothing and alarms', async () => {
  const payment = {
    currency: 'XTR',
    total_amount: 7,
    invoice_payload: 'of another bot',
    telegram_payment_charge_id: `stx-foreign-${me}`,
    provider_payment_charge_id: '1',
  };
  await bot.telegram.control.sendService({ userId: me, service: { successful_payment: payment } });
  await bot.fetch();
  await bot.work();
  expect(await balance()).toBe(0);
  expect(await paymentsOf()).toMatchObject([{ invoiceId: null, credits: 0, amount: 7 }]);
  await tellAll(bot);
  expect(await last()).toContain('/paysupport');
  expect(bot.log).toContainEqual(expect.objectContaining({ level: 'error' }));
});

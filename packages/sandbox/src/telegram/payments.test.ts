import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRawBot, type RawBot } from './testing.ts';

let bot: RawBot;

beforeEach(async () => {
  bot = await startRawBot();
  await bot.say();
});
afterEach(() => bot.close());

const invoice = () => ({
  chat_id: bot.userId,
  title: 'Pack',
  description: '100 credits',
  payload: 'order-17',
  currency: 'XTR',
  prices: [{ label: 'Pack', amount: 50 }],
});

const pending = async (): Promise<Record<string, unknown>[]> =>
  (await bot.sandbox.control.pendingUpdates({})).map((update) => Object(update));

/** Sends an invoice, begins to pay it, and @returns the checkout's id */
async function checkout(): Promise<{ id: string; paid: ReturnType<typeof bot.sandbox.control.pay> }> {
  const sent = await bot.call('sendInvoice', invoice());
  const messageId = Number(Object(sent.result).message_id);
  const paid = bot.sandbox.control.pay({ userId: bot.userId, messageId });
  const found = (await pending()).find((update) => 'pre_checkout_query' in update);
  expect(found?.['pre_checkout_query']).toMatchObject({
    from: { id: bot.userId },
    currency: 'XTR',
    total_amount: 50,
    invoice_payload: 'order-17',
  });
  return { id: String(Object(found?.['pre_checkout_query']).id), paid };
}

describe('a checkout', () => {
  it('is paid when the bot agrees in time', async () => {
    const { id, paid } = await checkout();
    bot.clock.advance(9000);
    expect((await bot.call('answerPreCheckoutQuery', { pre_checkout_query_id: id, ok: true })).result).toBe(
      true,
    );
    expect(await paid).toMatchObject({ outcome: 'paid', chargeId: expect.stringMatching(/^stx/) });
    expect((await pending()).at(-1)).toMatchObject({
      message: { successful_payment: { currency: 'XTR', total_amount: 50, invoice_payload: 'order-17' } },
    });
    const { messages } = await bot.sandbox.control.transcript({ chatId: bot.userId });
    expect(messages.find(({ message }) => message.invoice !== undefined)?.paidBy).toEqual([bot.userId]);
  });

  it('is cancelled after ten seconds; the late answer is refused', async () => {
    const { id, paid } = await checkout();
    bot.clock.advance(10_000);
    expect(await paid).toEqual({ outcome: 'timeout' });
    expect(await bot.call('answerPreCheckoutQuery', { pre_checkout_query_id: id, ok: true })).toMatchObject({
      status: 400,
      description: 'Bad Request: query is too old and response timeout expired or query ID is invalid',
    });
    expect((await pending()).some((update) => JSON.stringify(update).includes('successful_payment'))).toBe(
      false,
    );
  });

  it('is declined with the bot’s reason, which must be given', async () => {
    const { id, paid } = await checkout();
    const answer = { pre_checkout_query_id: id, ok: false };
    expect((await bot.call('answerPreCheckoutQuery', answer)).status).toBe(400);
    await bot.call('answerPreCheckoutQuery', { ...answer, error_message: 'sold out' });
    expect(await paid).toEqual({ outcome: 'declined', reason: 'sold out' });
  });

  it('works by a link, for several people, once each', async () => {
    const { result } = await bot.call('createInvoiceLink', { ...invoice(), payload: 'link' });
    const slug = /^https:\/\/t\.me\/\$(.+)$/.exec(String(result))?.[1] ?? '';
    expect(await bot.sandbox.control.invoice({ slug })).toMatchObject({ amount: 50, payload: 'link' });
    const other = await bot.sandbox.control.createUser({});
    for (const userId of [bot.userId, other.id]) {
      const paid = bot.sandbox.control.pay({ userId, slug });
      const query = (await pending()).findLast((update) => 'pre_checkout_query' in update)?.[
        'pre_checkout_query'
      ];
      await bot.call('answerPreCheckoutQuery', { pre_checkout_query_id: Object(query).id, ok: true });
      expect((await paid).outcome).toBe('paid');
    }
    await expect(bot.sandbox.control.pay({ userId: other.id, slug })).rejects.toThrow('INVOICE_ALREADY_PAID');
    expect((await bot.call('getMyStarBalance')).result).toEqual({ amount: 100 });
  });
});

describe('an invoice', () => {
  it.each([
    [{ title: 'x'.repeat(33) }, 'INVOICE_TITLE_INVALID'],
    [{ description: 'x'.repeat(256) }, 'INVOICE_DESCRIPTION_INVALID'],
    [{ payload: 'я'.repeat(65) }, 'INVOICE_PAYLOAD_INVALID'],
    [{ payload: '' }, 'parameter "payload" is required'],
    [{ currency: 'stars' }, 'CURRENCY_INVALID'],
    [{ provider_token: '1:TEST:x' }, 'PAYMENT_PROVIDER_INVALID'],
    [
      {
        prices: [
          { label: 'a', amount: 1 },
          { label: 'b', amount: 1 },
        ],
      },
      'CURRENCY_TOTAL_AMOUNT_INVALID',
    ],
    [{ prices: [{ label: 'a', amount: 0 }] }, 'CURRENCY_TOTAL_AMOUNT_INVALID'],
  ])('is refused with %o', async (params, reason) => {
    const answer = await bot.call('sendInvoice', { ...invoice(), ...params });
    expect(answer).toMatchObject({ status: 400, description: `Bad Request: ${reason}` });
  });

  it('is refunded once', async () => {
    const { id, paid } = await checkout();
    await bot.call('answerPreCheckoutQuery', { pre_checkout_query_id: id, ok: true });
    const outcome = await paid;
    const refund = { user_id: bot.userId, telegram_payment_charge_id: Object(outcome).chargeId };
    expect((await bot.call('refundStarPayment', { ...refund, user_id: 1 })).description).toBe(
      'Bad Request: CHARGE_NOT_FOUND',
    );
    expect((await bot.call('refundStarPayment', refund)).result).toBe(true);
    expect((await bot.call('refundStarPayment', refund)).description).toBe(
      'Bad Request: CHARGE_ALREADY_REFUNDED',
    );
    expect((await bot.call('getMyStarBalance')).result).toEqual({ amount: 0 });
  });
});

describe('a subscription in Stars', () => {
  const month = 2_592_000;
  const messages = async (field: string) =>
    (await pending()).flatMap((update) => Object(update['message'])[field] ?? []);

  /** Subscribes by a link; the first charge. */
  async function subscribe(): Promise<string> {
    const link = { ...invoice(), payload: 'monthly', subscription_period: month };
    const { result } = await bot.call('createInvoiceLink', link);
    const slug = /\$(.+)$/.exec(String(result))?.[1] ?? '';
    const paid = bot.sandbox.control.pay({ userId: bot.userId, slug });
    const query = (await pending()).findLast((update) => 'pre_checkout_query' in update);
    const id = Object(query?.['pre_checkout_query']).id;
    await bot.call('answerPreCheckoutQuery', { pre_checkout_query_id: id, ok: true });
    return String(Object(await paid).chargeId);
  }

  it('is renewed without a checkout, under a new charge, a month further', async () => {
    const chargeId = await subscribe();
    const renewed = await bot.sandbox.control.renew({ userId: bot.userId, chargeId });
    const [first, second] = await messages('successful_payment');
    expect(first).toMatchObject({ is_recurring: true, is_first_recurring: true, invoice_payload: 'monthly' });
    expect(second).toMatchObject({ is_recurring: true, telegram_payment_charge_id: renewed.chargeId });
    expect(second).not.toHaveProperty('is_first_recurring');
    expect(second.subscription_expiration_date - first.subscription_expiration_date).toBe(month);
  });

  it('is cancelled by the bot, or by the person, of whom the bot is told', async () => {
    const chargeId = await subscribe();
    const edit = { user_id: bot.userId, telegram_payment_charge_id: chargeId, is_canceled: true };
    expect((await bot.call('editUserStarSubscription', { ...edit, user_id: 1 })).status).toBe(400);
    expect((await bot.call('editUserStarSubscription', edit)).result).toBe(true);
    const renew = () => bot.sandbox.control.renew({ userId: bot.userId, chargeId });
    await expect(renew()).rejects.toThrow('cancelled');
    await bot.call('editUserStarSubscription', { ...edit, is_canceled: false });
    await renew();
    await bot.sandbox.control.changeSubscription({ userId: bot.userId, chargeId, state: 'canceled' });
    await expect(renew()).rejects.toThrow('cancelled');
    expect((await pending()).at(-1)).toMatchObject({
      subscription: { user: { id: bot.userId }, invoice_payload: 'monthly', state: 'canceled' },
    });
    expect(await bot.sandbox.control.subscriptions({ userId: bot.userId })).toMatchObject([
      { canceled: true },
    ]);
  });
});

it('a statement has payments and refunds in their order, a refund with its payment’s id and a receiver', async () => {
  const { id, paid } = await checkout();
  await bot.call('answerPreCheckoutQuery', { pre_checkout_query_id: id, ok: true });
  const chargeId = Object(await paid).chargeId;
  bot.clock.advance(5_000);
  await bot.call('refundStarPayment', { user_id: bot.userId, telegram_payment_charge_id: chargeId });
  const partner = { type: 'user', user: { id: bot.userId }, invoice_payload: 'order-17' };
  expect((await bot.call('getStarTransactions')).result).toMatchObject({
    transactions: [
      { id: chargeId, amount: 50, source: partner },
      { id: chargeId, amount: 50, receiver: partner },
    ],
  });
  expect((await bot.call('getStarTransactions', { offset: 2 })).result).toEqual({ transactions: [] });
});

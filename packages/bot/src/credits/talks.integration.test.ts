import { balanceOf, coreHandlers, settleReferrals } from '@aisha/core';
import { FREE_OF_CHARGE } from '@aisha/core/testing';
import {
  creditHolds,
  notifications,
  orders,
  payments,
  promoCodes,
  referrals,
  subscriptions,
  supportMessages,
  users,
} from '@aisha/db';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dataOf, startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { buy, invoiceIn, pay, tellAll } from '../testing/paying.ts';

let bot: TestBot;
let me: number;
let operator: number;
beforeAll(async () => {
  operator = 900_000_002;
  bot = await startTestBot({
    prices: { ...FREE_OF_CHARGE, charged: true },
    adminIds: [operator, 900_000_003],
  });
  await bot.telegram.control.createUser({ id: operator, firstName: 'Оператор', languageCode: 'en' });
  await bot.say(operator, '/start');
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot, 'en', 'Ann');
  await bot.say(me, '/start');
});

const balance = (userId = me) => balanceOf(bot.parts.db, userId);
const last = async (userId = me) => (await bot.messages(userId)).at(-1);
const hear = async () => {
  await bot.fetch();
  await bot.work();
};

describe('a subscription', () => {
  const mine = async () => {
    const [row] = await bot.parts.db.select().from(subscriptions).where(eq(subscriptions.userId, me));
    if (!row) throw new Error('no subscription');
    return row;
  };
  const settle = async () => {
    const { id: subscriptionId } = await mine();
    const context = { ...bot.run(), attempt: 1, jobId: '1' };
    await coreHandlers(bot.parts)['payment.subscription'].handle({ subscriptionId }, context);
    await tellAll(bot);
  };
  const control = () => bot.telegram.control;

  /** Subscribes by the link that came; the first charge. */
  async function subscribe(): Promise<string> {
    await bot.say(me, '/balance');
    await bot.press(me, 'subscription');
    await bot.press(me, 'plan.buy:monthly');
    await tellAll(bot);
    const slug = /t\.me\/\$([\w-]+)/.exec(JSON.stringify((await last())?.markup))?.[1] ?? '';
    const outcome = await pay(bot, me, { slug });
    if (outcome.outcome !== 'paid') throw new Error(JSON.stringify(outcome));
    return outcome.chargeId;
  }

  test('is paid by a link, renewed every month, each month credited once, shown on the balance', async () => {
    const chargeId = await subscribe();
    expect(await balance()).toBe(300);
    const first = (await mine()).until;
    expect(first.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    await control().renew({ userId: me, chargeId });
    await hear();
    await hear();
    expect(await balance()).toBe(600);
    expect((await mine()).until.getTime()).toBe(first.getTime() + 30 * 86_400_000);
    expect((await bot.say(me, '/balance'))[0]?.text).toContain('Your subscription renews on');
    // A second one is not sold.
    const screen = await bot.press(me, 'subscription');
    expect(screen.messages[0] && dataOf(screen.messages[0])).toContain('subscription.cancel');
  });

  test('is cancelled and taken up again once Telegram has said so, and told', async () => {
    const chargeId = await subscribe();
    await bot.say(me, '/balance');
    await bot.press(me, 'subscription');
    const { messages } = await bot.press(me, 'subscription.cancel');
    expect(messages[0]?.text).toContain('Telling Telegram');
    expect(await mine()).toMatchObject({ state: 'active', wanted: 'cancelled' });
    await settle();
    expect(await mine()).toMatchObject({ state: 'cancelled', wanted: null });
    expect((await last())?.text).toContain('nothing more will be charged');
    await expect(control().renew({ userId: me, chargeId })).rejects.toThrow('cancelled');
    await bot.press(me, 'subscription.resume');
    await settle();
    expect(await mine()).toMatchObject({ state: 'active' });
    // In Telegram's own settings.
    await control().changeSubscription({ userId: me, chargeId, state: 'canceled' });
    await hear();
    expect(await mine()).toMatchObject({ state: 'cancelled' });
    await control().changeSubscription({ userId: me, chargeId, state: 'failed' });
    await hear();
    await tellAll(bot);
    expect((await last())?.text).toContain('could not be renewed');
  });

  test('that Telegram does not change stays as it was, and says so', async () => {
    await subscribe();
    await bot.say(me, '/balance');
    await bot.press(me, 'subscription');
    await bot.press(me, 'subscription.cancel');
    await control().addFault({
      method: 'editUserStarSubscription',
      action: { kind: 'error', code: 400, description: 'Bad Request: SUBSCRIPTION_NOT_ACTIVE' },
    });
    await settle();
    await control().clearFaults({});
    expect(await mine()).toMatchObject({ state: 'active', wanted: null });
    expect((await last())?.text).toContain('did not take the change');
  });
});

describe('a promo code for the next top-up', () => {
  test('gives more credits once, or a lower price once', async () => {
    await bot.parts.db.insert(promoCodes).values([
      { code: `MORE${me}`, kind: 'bonus', value: 25 },
      { code: `LESS${me}`, kind: 'discount', value: 30, pack: 'large' },
    ]);
    for (const code of ['MORE', 'LESS']) {
      await bot.say(me, '/balance');
      await bot.press(me, 'promo');
      expect((await bot.say(me, `${code}${me}`))[0]?.text).toContain('accepted');
    }
    await buy(bot, me, 'small');
    expect(await balance()).toBe(125);
    await bot.say(me, '/balance');
    await bot.press(me, 'topup');
    expect((await last())?.text).toContain('instead of');
    await bot.press(me, 'pack.buy:large:stars');
    await bot.press(me, 'pack.buy:large:stars');
    const invoice = await invoiceIn(bot, me);
    expect(invoice.message.invoice?.total_amount).toBe(280);
    expect(await pay(bot, me, { messageId: invoice.id })).toMatchObject({ outcome: 'paid' });
    // The other invoice has the same discount.
    const other = (await bot.messages(me)).filter(({ message }) => message.invoice).at(-2);
    expect(await pay(bot, me, { messageId: other?.id ?? 0 })).toMatchObject({ outcome: 'declined' });
    expect(await balance()).toBe(1_125);
    await buy(bot, me, 'large');
    expect(await balance()).toBe(2_125);
  });
});

describe('an invitation', () => {
  /** Somebody new who came by my link. */
  async function invited(): Promise<number> {
    const [screen] = await bot.say(me, '/invite');
    const code = /start=(ref_\w+)/.exec(screen?.text ?? '')?.[1] ?? '';
    const other = await stranger(bot, 'ru', 'Борис');
    expect((await bot.say(other, `/start ${code}`))[0]?.text).toContain('по приглашению');
    return other;
  }
  /** They order something that costs, paid by somebody, and it ends well. */
  async function paidOrder(ownerId: number, userId = ownerId): Promise<void> {
    const [order] = await bot.parts.db
      .insert(orders)
      .values({
        ownerId,
        chatId: ownerId,
        kind: 'image',
        input: {},
        state: 'succeeded',
        deadlineAt: new Date(),
      })
      .returning();
    if (!order) throw new Error('no order');
    await bot.parts.db
      .insert(creditHolds)
      .values({ orderId: order.id, userId, amount: 5, captured: 5, settledAt: new Date() });
  }
  const stateOf = async (invitedId: number) => {
    const [row] = await bot.parts.db.select().from(referrals).where(eq(referrals.invitedId, invitedId));
    return row && { state: row.state, doubt: row.doubt };
  };

  test('credits both after the first paid order, once', async () => {
    const other = await invited();
    await settleReferrals(bot.parts);
    expect(await balance()).toBe(0);
    await paidOrder(other);
    await Promise.all([settleReferrals(bot.parts), settleReferrals(bot.parts)]);
    await settleReferrals(bot.parts);
    expect([await balance(), await balance(other)]).toEqual([30, 20]);
    await tellAll(bot);
    expect((await last())?.text).toContain('30 credits came');
    expect((await bot.say(me, '/invite'))[0]?.text).toMatch(/link: 1, rewarded: 1/);
  });

  test('of oneself, of somebody known, or a second one binds nobody', async () => {
    const [screen] = await bot.say(me, '/invite');
    const code = /start=(ref_\w+)/.exec(screen?.text ?? '')?.[1] ?? '';
    await bot.say(me, `/start ${code}`);
    const known = await stranger(bot);
    await bot.say(known, '/start');
    await bot.parts.db
      .update(users)
      .set({ createdAt: new Date(0) })
      .where(eq(users.id, known));
    await bot.say(known, `/start ${code}`);
    expect(await bot.parts.db.select().from(referrals).where(eq(referrals.inviterId, me))).toEqual([]);
  });

  test('that looks like a ring, or goes beyond the day’s limit, waits for an operator, who is told', async () => {
    const paidByMe = await invited();
    await paidOrder(paidByMe, me);
    await settleReferrals(bot.parts);
    expect(await stateOf(paidByMe)).toEqual({ state: 'doubted', doubt: 'one_payer' });

    const mutual = await invited();
    await bot.parts.db.insert(referrals).values({ invitedId: me, inviterId: mutual });
    await paidOrder(mutual);
    await settleReferrals(bot.parts);
    expect(await stateOf(mutual)).toEqual({ state: 'doubted', doubt: 'mutual' });
    await bot.parts.db.delete(referrals).where(eq(referrals.invitedId, me));

    for (const expected of ['credited', 'credited', 'credited', 'doubted']) {
      const other = await invited();
      await paidOrder(other);
      await settleReferrals(bot.parts);
      expect(await stateOf(other)).toMatchObject({ state: expected });
    }
    expect(await balance()).toBe(3 * 30);
    const told = await bot.parts.db
      .select()
      .from(notifications)
      .where(and(eq(notifications.userId, operator), eq(notifications.kind, 'referral.doubted')));
    expect(told.map(({ data }) => data['doubt'])).toEqual(
      expect.arrayContaining(['one_payer', 'mutual', 'daily_limit']),
    );
  });
});

describe('/paysupport', () => {
  test('is a talk with the operators, who may refund right there', async () => {
    await buy(bot, me, 'small');
    await bot.say(me, '/paysupport');
    expect((await bot.say(me, 'Where is <my> money?'))[0]?.text).toContain('Passed on');
    await tellAll(bot);
    // Alarms of the tests before may come after it.
    const asked = (await bot.messages(operator)).findLast(({ text }) =>
      text?.includes('Where is <my> money?'),
    );
    expect(asked).toBeDefined();
    const data = asked ? dataOf(asked) : [];
    const reply = data.find((one) => one.startsWith('support.reply:')) ?? '';
    await bot.press(operator, reply);
    await bot.say(operator, 'It comes back to you.');
    await tellAll(bot);
    expect((await last())?.text).toContain('It comes back to you.');

    const refund = data.find((one) => one.startsWith('support.refund:')) ?? '';
    await bot.press(operator, refund);
    await bot.press(operator, refund.replace('support.refund:', 'support.refund.yes:'));
    expect((await last(operator))?.text).toContain('100 credits of 100 credits taken back');
    expect(await balance()).toBe(0);
    const [payment] = await bot.parts.db.select().from(payments).where(eq(payments.userId, me));
    expect(payment).toMatchObject({ state: 'refunding', refundedBy: String(operator) });
  });

  test('does not let others answer, and has an end to what one person writes in a day', async () => {
    await bot.say(me, '/paysupport');
    await bot.say(me, 'just one thing');
    await tellAll(bot);
    const asked = (await bot.messages(operator)).findLast(({ text }) => text?.includes('just one thing'));
    const reply = asked ? dataOf(asked).find((one) => one.startsWith('support.reply:')) : undefined;
    const sent = await bot.parts.telegram.call(
      'sendMessage',
      {
        chat_id: me,
        text: 'x',
        reply_markup: { inline_keyboard: [[{ text: 'x', callback_data: reply ?? '' }]] },
      },
      { priority: 'reply' },
    );
    expect(sent.kind).toBe('ok');
    expect((await bot.press(me, reply ?? '')).toast).toContain('out of date');
    expect(await bot.state(me)).toEqual({ name: 'idle' });
    await bot.parts.db
      .insert(supportMessages)
      .values(Array.from({ length: 19 }, (_, n) => ({ userId: me, text: `more ${n}` })));
    await bot.say(me, '/paysupport');
    expect((await bot.say(me, 'too much'))[0]?.text).toContain('a lot today');
  });
});

import {
  balanceOf,
  coreHandlers,
  noteRefund,
  openDebts,
  postEntry,
  readStatements,
  refundPayment,
  sweep,
  transact,
} from '@aisha/core';
import { FREE_OF_CHARGE } from '@aisha/core/testing';
import { creditDebts, ledgerEntries, notifications, payments, statements } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { buy, tellAll } from '../testing/paying.ts';

const OPERATOR = 900_000_001;
let bot: TestBot;
let me: number;
beforeAll(async () => {
  bot = await startTestBot({ prices: { ...FREE_OF_CHARGE, charged: true }, adminIds: [OPERATOR] });
});
afterAll(() => bot.close());
beforeEach(async () => {
  me = await stranger(bot, 'en');
  await bot.say(me, '/start');
  bot.log.length = 0;
});

const balance = () => balanceOf(bot.parts.db, me);
const paymentOf = async (chargeId: string) => {
  const [payment] = await bot.parts.db.select().from(payments).where(eq(payments.chargeId, chargeId));
  if (!payment) throw new Error('no payment');
  return payment;
};
const ask = (chargeId: string) =>
  transact(bot.parts, (unit) => refundPayment(unit, chargeId, { operator: '1', reason: 'asked' }));
const settle = async (chargeId: string) => {
  const { id: paymentId } = await paymentOf(chargeId);
  const context = { ...bot.run(), attempt: 1, jobId: '1' };
  await coreHandlers(bot.parts)['payment.refund'].handle({ paymentId }, context);
};
const hear = async () => {
  await bot.fetch();
  await bot.work();
};
const alarms = async (trouble: string) =>
  (await bot.parts.db.select().from(notifications).where(eq(notifications.userId, OPERATOR))).filter(
    ({ data }) => data['trouble'] === trouble,
  );
const spend = (amount: number, key: string) =>
  bot.parts.db.transaction((tx) =>
    postEntry(tx, { userId: me, amount: -amount, reason: 'order', key: `${me}:${key}` }),
  );

describe('a refund by an operator', () => {
  test('takes the credits at once, gives the money back once, and is told once', async () => {
    const chargeId = await buy(bot, me, 'small');
    expect(await ask(chargeId)).toMatchObject({
      kind: 'begun',
      payment: { state: 'refunding', takenBack: 100 },
    });
    expect(await balance()).toBe(0);
    expect(await ask(chargeId)).toEqual({ kind: 'refused', reason: 'refunding' });
    await settle(chargeId);
    // Telegram tells of it too, and the job is run again.
    await hear();
    await settle(chargeId);
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'refunded', takenBack: 100 });
    expect(await ask(chargeId)).toEqual({ kind: 'refused', reason: 'refunded' });
    expect(await ask('no such charge')).toEqual({ kind: 'refused', reason: 'unknown' });
    expect(await balance()).toBe(0);
    await tellAll(bot);
    const told = (await bot.messages(me)).filter(({ text }) => text.includes('was refunded'));
    expect(told).toHaveLength(1);
    expect(told[0]?.text).toContain('100 credits');
  });

  test('of credits that are spent leaves a debt, never less than nothing', async () => {
    const chargeId = await buy(bot, me, 'small');
    await spend(70, 'spent');
    await ask(chargeId);
    await settle(chargeId);
    await hear();
    expect(await balance()).toBe(0);
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'refunded', takenBack: 30 });
    expect(await openDebts(bot.parts.db)).toContainEqual(expect.objectContaining({ chargeId, credits: 70 }));
  });

  test('that the provider refuses gives the credits back and alarms', async () => {
    const chargeId = await buy(bot, me, 'small');
    await spend(40, 'some');
    await bot.telegram.control.addFault({
      method: 'refundStarPayment',
      action: { kind: 'error', code: 400, description: 'Bad Request: CHARGE_NOT_FOUND' },
      times: 1,
    });
    await ask(chargeId);
    expect(await balance()).toBe(0);
    await settle(chargeId);
    expect(await balance()).toBe(60);
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'paid', takenBack: 0 });
    expect(await alarms('refund_refused')).not.toHaveLength(0);
    const [debt] = await bot.parts.db.select().from(creditDebts).where(eq(creditDebts.userId, me));
    expect(debt?.settledAt).not.toBeNull();
    // And once more, now that it is taken.
    await ask(chargeId);
    await settle(chargeId);
    await hear();
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'refunded', takenBack: 60 });
    expect(await balance()).toBe(0);
  });

  test('by card is left to the operator’s hands, and says so', async () => {
    const chargeId = await buy(bot, me, 'small', 'card');
    await ask(chargeId);
    await settle(chargeId);
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'refunded', provider: 'card' });
    expect(await alarms('refund_by_hand')).toContainEqual(
      expect.objectContaining({ data: expect.objectContaining({ chargeId }) }),
    );
  });
});

describe('a crash', () => {
  test('between any two steps of a refund neither loses nor doubles it', async () => {
    const chargeId = await buy(bot, me, 'small');
    const { id: paymentId } = await paymentOf(chargeId);
    // The process died after the commit: no job was enqueued.
    await transact(
      { ...bot.parts, producer: { ...bot.parts.producer, enqueue: () => Promise.reject(new Error('dead')) } },
      (unit) => refundPayment(unit, chargeId, { operator: '1', reason: 'x' }),
    );
    await bot.parts.db
      .update(payments)
      .set({ nextCheckAt: sql`now() - interval '1 second'` })
      .where(eq(payments.id, paymentId));
    bot.enqueued.length = 0;
    await sweep(bot.parts, { updates: false });
    expect(bot.enqueued).toContainEqual({ name: 'payment.refund', payload: { paymentId } });
    // The next one died after Telegram had given the money back.
    await bot.parts.telegram.call(
      'refundStarPayment',
      { user_id: me, telegram_payment_charge_id: chargeId },
      { priority: 'result' },
    );
    await settle(chargeId);
    await hear();
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'refunded', takenBack: 100 });
    expect(await balance()).toBe(0);
    const entries = await bot.parts.db.select().from(ledgerEntries).where(eq(ledgerEntries.userId, me));
    expect(entries.map(({ amount }) => amount)).toEqual([100, -100]);
  });

  test('in the middle of the decision keeps nothing of a payment; decided again, it is credited once', async () => {
    const died: string[] = [];
    const { conversation } = bot.parts;
    const dying = {
      ...bot.parts,
      conversation: {
        ...conversation,
        decide: async (...[unit, payloads]: Parameters<typeof conversation.decide>) => {
          const owed = await conversation.decide(unit, payloads);
          if (died.length === 0 && JSON.stringify(payloads).includes('successful_payment')) {
            died.push('here');
            throw new Error('the process died here');
          }
          return owed;
        },
      },
    };
    const chargeId = await buy({ ...bot, work: () => bot.work(dying) }, me, 'small');
    expect(died).toHaveLength(1);
    expect(await paymentOf(chargeId)).toMatchObject({ credits: 100 });
    expect(await balance()).toBe(100);
  });
});

describe('refunded_payment', () => {
  test('that somebody else asked for takes the credits back', async () => {
    const chargeId = await buy(bot, me, 'small');
    await bot.parts.telegram.call(
      'refundStarPayment',
      { user_id: me, telegram_payment_charge_id: chargeId },
      { priority: 'result' },
    );
    await hear();
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'refunded', takenBack: 100 });
    expect(await balance()).toBe(0);
  });

  test('that comes before its payment keeps it from being credited', async () => {
    const chargeId = `stx-early-${me}`;
    const at = new Date();
    await transact(bot.parts, (unit) =>
      noteRefund(unit, { chargeId, userId: me, currency: 'XTR', amount: 50, at, source: 'update' }),
    );
    const service = {
      successful_payment: {
        currency: 'XTR',
        total_amount: 50,
        invoice_payload: 'x',
        telegram_payment_charge_id: chargeId,
        provider_payment_charge_id: '1',
      },
    };
    await bot.telegram.control.sendService({ userId: me, service });
    await hear();
    expect(await balance()).toBe(0);
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'refunded' });
  });
});

describe('the statement', () => {
  const read = () => readStatements(bot.parts, AbortSignal.timeout(10_000), 0);
  beforeEach(async () => {
    await bot.parts.db.delete(statements);
  });

  test('brings what never arrived as an update, once, and its refund', async () => {
    const chargeId = await buy(bot, me, 'small');
    // As if the update had been lost with a backup.
    await bot.parts.db.delete(payments).where(eq(payments.chargeId, chargeId));
    await bot.parts.db.delete(ledgerEntries).where(eq(ledgerEntries.userId, me));
    await bot.parts.db.delete(notifications).where(eq(notifications.userId, me));
    expect(await balance()).toBe(0);
    await Promise.all([read(), read()]);
    expect(await paymentOf(chargeId)).toMatchObject({ source: 'statement', credits: 100 });
    expect(await read()).toBeGreaterThan(0);
    expect(await balance()).toBe(100);
    await bot.parts.telegram.call(
      'refundStarPayment',
      { user_id: me, telegram_payment_charge_id: chargeId },
      { priority: 'result' },
    );
    await read();
    expect(await paymentOf(chargeId)).toMatchObject({ state: 'refunded', takenBack: 100 });
    await hear();
    expect(await balance()).toBe(0);
  });

  test('that lacks a payment, or has another amount, alarms once', async () => {
    const chargeId = await buy(bot, me, 'small');
    const other = await buy(bot, me, 'small', 'card');
    const old = { createdAt: sql`now() - interval '2 hours'` };
    await bot.parts.db
      .update(payments)
      .set({ amount: 51, statedAt: null })
      .where(eq(payments.chargeId, chargeId));
    await bot.parts.db
      .update(payments)
      .set({ provider: 'stars', ...old })
      .where(eq(payments.chargeId, other));
    await read();
    await bot.parts.db.update(statements).set({ wholeAt: null });
    await read();
    const about = (id: string) =>
      expect.objectContaining({ data: expect.objectContaining({ chargeId: id }) });
    expect(await alarms('differs')).toEqual([about(chargeId)]);
    expect(await alarms('not_stated')).toContainEqual(about(other));
  });
});

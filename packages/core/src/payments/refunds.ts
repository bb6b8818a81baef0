import { creditDebts, payments, type PaymentSource, type Tx, users } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { accountOf } from '../credits/holds.ts';
import { lockAccount, postEntry } from '../credits/ledger.ts';
import { notify } from '../notifications/notifications.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';
import { alarmAboutPayment } from './alarms.ts';
import { findPayment, type Payment, paymentOfCharge } from './payments.ts';
import { providerOf, providerTaking } from './providers/index.ts';
import { stopSubscription } from './subscriptions.ts';

export type RefundRequest =
  | { readonly kind: 'begun'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'refunding' | 'refunded' };

/**
 * An operator gives a payment back. The credits are taken at once, so that nobody spends them meanwhile; the money goes
 * back by the provider (`settleRefund`), and if it refuses, the credits are given again.
 */
export async function refundPayment(
  unit: Unit,
  chargeId: string,
  by: { readonly operator: string; readonly reason: string },
): Promise<RefundRequest> {
  const found = await paymentOfCharge(unit.tx, chargeId);
  if (!found) return { kind: 'refused', reason: 'unknown' };
  await lockAccount(unit.tx, found.userId);
  const [payment] = await unit.tx
    .update(payments)
    .set({
      state: 'refunding',
      refundedBy: by.operator,
      refundReason: by.reason,
      nextCheckAt: sql`now() + interval '15 seconds'`,
    })
    .where(and(eq(payments.id, found.id), eq(payments.state, 'paid')))
    .returning();
  if (!payment) return { kind: 'refused', reason: found.state === 'refunded' ? 'refunded' : 'refunding' };
  const taken = await takeBack(unit, payment);
  unit.enqueue('payment.refund', { paymentId: payment.id });
  return { kind: 'begun', payment: taken };
}

/** What is spent, or held by orders under way, cannot be taken: it is noted as a debt. The account is locked already. */
async function takeBack({ tx }: Unit, payment: Payment): Promise<Payment> {
  const { id, chargeId, userId, credits } = payment;
  const { available } = await accountOf(tx, userId);
  const takenBack = Math.min(credits, Math.max(0, available));
  const refunds = payment.refunds + 1;
  if (takenBack > 0) {
    const key = `refund:${chargeId}:${refunds}`;
    const entered = await postEntry(tx, { userId, amount: -takenBack, reason: 'payment_refund', key });
    if (!entered) throw new Error('a refund was entered before it was made');
  }
  if (takenBack < credits) {
    // After whatever the account's lock was waited for: orders placed until then held what could not be taken.
    const debt = { credits: credits - takenBack, createdAt: sql`clock_timestamp()`, settledAt: null };
    await tx
      .insert(creditDebts)
      .values({ paymentId: id, userId, ...debt })
      .onConflictDoUpdate({ target: creditDebts.paymentId, set: debt });
  }
  const [taken] = await tx
    .update(payments)
    .set({ takenBack, refunds })
    .where(eq(payments.id, id))
    .returning();
  if (!taken) throw new Error('a payment that is being refunded is gone');
  return taken;
}

/** Job: the provider gives the money back. Asked again, it says that it was done. */
export async function settleRefund(
  parts: WorkerParts,
  paymentId: string,
  run: Pick<Run, 'signal'>,
): Promise<void> {
  const payment = await findPayment(parts.db, paymentId);
  if (payment?.state !== 'refunding') return;
  const outcome = await providerOf(payment.provider).refund(parts.telegram, payment, run.signal);
  switch (outcome.kind) {
    case 'retry':
      throw new TransientError(`not refunded yet: ${outcome.why}`, { retryAfterMs: outcome.afterMs });
    case 'refunded':
      return transact(parts, (unit) => complete(unit, payment));
    case 'by-hand':
      return transact(parts, async (unit) => {
        await alarmAboutPayment(unit, payment, 'refund_by_hand');
        await complete(unit, payment);
      });
    case 'refused':
      parts.log.error('a refund was refused', { chargeId: payment.chargeId, why: outcome.why });
      return transact(parts, (unit) => undo(unit, payment));
    default:
      outcome satisfies never;
  }
}

async function complete(unit: Unit, { id, userId, chargeId }: Payment): Promise<void> {
  const [payment] = await unit.tx
    .update(payments)
    .set({ state: 'refunded', refundedAt: sql`now()` })
    .where(and(eq(payments.id, id), inArray(payments.state, ['paid', 'refunding'])))
    .returning();
  if (!payment) return;
  // Whoever has this period's money back is not charged for the next.
  if (payment.subscriptionId) await stopSubscription(unit, payment.subscriptionId);
  await notify(unit, { userId, chatId: userId }, `payment:${chargeId}:refunded`, {
    kind: 'payment.refunded',
    data: { paymentId: id },
  });
}

async function undo(unit: Unit, { id, userId }: Payment): Promise<void> {
  const { tx } = unit;
  await lockAccount(tx, userId);
  const [payment] = await tx
    .select()
    .from(payments)
    .where(and(eq(payments.id, id), eq(payments.state, 'refunding')))
    .for('update');
  if (!payment) return;
  await tx.update(payments).set({ state: 'paid', takenBack: 0 }).where(eq(payments.id, id));
  await tx
    .update(creditDebts)
    .set({ settledAt: sql`now()` })
    .where(and(eq(creditDebts.paymentId, id), isNull(creditDebts.settledAt)));
  if (payment.takenBack > 0) {
    const key = `refund:${payment.chargeId}:${payment.refunds}:undone`;
    if (!(await postEntry(tx, { userId, amount: payment.takenBack, reason: 'refund_undone', key })))
      throw new Error('a refund was undone before it was refused');
  }
  await alarmAboutPayment(unit, payment, 'refund_refused');
}

/** A refund as the provider tells of it. */
export interface ToldRefund {
  readonly chargeId: string;
  readonly userId: number;
  readonly currency: string;
  /** In the currency's smallest units. */
  readonly amount: number;
  readonly at: Date;
  readonly source: PaymentSource;
}

/**
 * The provider says that a payment was given back, whoever asked for it. Told before the payment itself, it is kept, so that
 * the payment is credited no more.
 */
export async function noteRefund(unit: Unit, told: ToldRefund): Promise<void> {
  const { tx } = unit;
  await tx.insert(users).values({ id: told.userId }).onConflictDoNothing();
  await lockAccount(tx, told.userId);
  const { at, ...rest } = told;
  const [unheardOf] = await tx
    .insert(payments)
    .values({
      ...rest,
      provider: providerTaking(told.currency),
      credits: 0,
      state: 'refunded',
      paidAt: at,
      refundedAt: at,
      statedAt: told.source === 'statement' ? sql`now()` : null,
    })
    .onConflictDoNothing({ target: payments.chargeId })
    .returning();
  if (unheardOf) return;
  const payment = await paymentOfCharge(tx, told.chargeId);
  if (!payment) throw new Error('a payment that was there is gone');
  if (payment.state === 'paid') await takeBack(unit, payment);
  await complete(unit, payment);
}

export type Debt = typeof creditDebts.$inferSelect & { readonly chargeId: string };

/** Credits of refunded payments that were spent before and nobody has settled, the oldest first. */
export function openDebts(tx: Pick<Tx, 'select'>): Promise<Debt[]> {
  return tx
    .select({
      paymentId: creditDebts.paymentId,
      userId: creditDebts.userId,
      credits: creditDebts.credits,
      createdAt: creditDebts.createdAt,
      settledAt: creditDebts.settledAt,
      chargeId: payments.chargeId,
    })
    .from(creditDebts)
    .innerJoin(payments, eq(payments.id, creditDebts.paymentId))
    .where(isNull(creditDebts.settledAt))
    .orderBy(asc(creditDebts.createdAt));
}

/** An operator lets a debt go. False: there is none. */
export async function forgiveDebt({ tx }: Pick<Unit, 'tx'>, chargeId: string): Promise<boolean> {
  const payment = await paymentOfCharge(tx, chargeId);
  if (!payment) return false;
  const settled = await tx
    .update(creditDebts)
    .set({ settledAt: sql`now()` })
    .where(and(eq(creditDebts.paymentId, payment.id), isNull(creditDebts.settledAt)))
    .returning({ id: creditDebts.paymentId });
  return settled.length > 0;
}

import { accountOf } from '../credits/holds.ts';
import { lockAccount, type LedgerEntry, postEntry } from '../credits/ledger.ts';
import { creditsFor, findOrder, lockOrder } from '../orders/orders.ts';
import { refundPayment, type RefundRequest } from '../payments/refunds.ts';
import { findUser } from '../users/users.ts';
import type { Unit } from '../unit.ts';
import { noteAction, type Operator } from './audit.ts';

/** In one step; more is a slip of the finger. */
export const MOST_ADJUSTED = 1_000_000;

export type Adjusted =
  | { readonly kind: 'entered'; readonly entry: LedgerEntry }
  /** The same was entered before. */
  | { readonly kind: 'again' }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'amount' }
  /** Less is free than was to be taken. */
  | { readonly kind: 'refused'; readonly reason: 'missing'; readonly available: number };

/**
 * Gives somebody credits, or takes them when `amount` is negative. `key` names the request: however often it comes, it is
 * entered once. What orders under way hold cannot be taken.
 */
export async function adjustCredits(
  unit: Unit,
  by: Operator,
  wanted: {
    readonly userId: number;
    readonly amount: number;
    readonly reason: string;
    readonly key: string;
  },
): Promise<Adjusted> {
  const { tx } = unit;
  const { userId, amount, reason } = wanted;
  if (!Number.isSafeInteger(amount) || amount === 0 || Math.abs(amount) > MOST_ADJUSTED)
    return { kind: 'refused', reason: 'amount' };
  if (!(await findUser(tx, userId))) return { kind: 'refused', reason: 'unknown' };
  await lockAccount(tx, userId);
  const key = `operator:${wanted.key}`;
  if (amount < 0) {
    const { available } = await accountOf(tx, userId);
    if (available + amount < 0) return { kind: 'refused', reason: 'missing', available };
  }
  const entry = await postEntry(tx, { userId, amount, reason: 'operator', key });
  if (!entry) return { kind: 'again' };
  const action = amount > 0 ? 'credits.grant' : 'credits.take';
  await noteAction(unit, by, { action, userId, about: { amount, entry: entry.id }, reason });
  return { kind: 'entered', entry };
}

export type OrderRefund =
  | { readonly kind: 'refunded'; readonly userId: number; readonly credits: number }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'not_ended' | 'free' | 'refunded' };

/** Gives back, once, what an order that has ended had cost whoever paid for it. */
export async function refundOrder(
  unit: Unit,
  by: Operator,
  orderId: string,
  reason: string,
): Promise<OrderRefund> {
  await lockOrder(unit.tx, orderId);
  const order = await findOrder(unit.tx, orderId);
  if (!order) return { kind: 'refused', reason: 'unknown' };
  if (!order.endedAt) return { kind: 'refused', reason: 'not_ended' };
  const credits = creditsFor({ each: order.unitPrice ?? 0, units: order.delivered ?? 0 });
  if (credits === 0) return { kind: 'refused', reason: 'free' };
  const userId = order.payerId ?? order.ownerId;
  const entry = await postEntry(unit.tx, {
    userId,
    amount: credits,
    reason: 'order_refund',
    key: `order-refund:${orderId}`,
  });
  if (!entry) return { kind: 'refused', reason: 'refunded' };
  await noteAction(unit, by, { action: 'order.refund', userId, about: { orderId, credits }, reason });
  return { kind: 'refunded', userId, credits };
}

/** Gives the money of a payment back, and writes down who did it. */
export async function refundPaymentBy(
  unit: Unit,
  by: Operator,
  chargeId: string,
  reason: string,
): Promise<RefundRequest> {
  const outcome = await refundPayment(unit, chargeId, { operator: String(by), reason });
  if (outcome.kind === 'begun')
    await noteAction(unit, by, {
      action: 'payment.refund',
      userId: outcome.payment.userId,
      about: { chargeId, credits: outcome.payment.credits, takenBack: outcome.payment.takenBack },
      reason,
    });
  return outcome;
}

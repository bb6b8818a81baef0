import { creditDebts, payments, type Tx } from '@aisha/db';
import { and, asc, eq, gte, isNull, sql } from 'drizzle-orm';
import { postEntry } from './ledger.ts';

/**
 * What an order held while a payment was given back could not be taken then: it is, as soon as the order leaves it. Credits
 * that somebody bought later are not touched, and neither are those of orders placed later. The account is locked already.
 */
export async function takeReleased(
  tx: Tx,
  released: {
    readonly orderId: string;
    readonly userId: number;
    readonly heldSince: Date;
    readonly credits: number;
  },
): Promise<void> {
  const { orderId, userId } = released;
  let left = released.credits;
  const debts = await tx
    .select({
      paymentId: creditDebts.paymentId,
      credits: creditDebts.credits,
      chargeId: payments.chargeId,
      refunds: payments.refunds,
    })
    .from(creditDebts)
    .innerJoin(payments, eq(payments.id, creditDebts.paymentId))
    .where(
      and(
        eq(creditDebts.userId, userId),
        isNull(creditDebts.settledAt),
        gte(creditDebts.createdAt, released.heldSince),
      ),
    )
    .orderBy(asc(creditDebts.createdAt));
  for (const { paymentId, credits, chargeId, refunds } of debts) {
    const taken = Math.min(credits, left);
    if (taken === 0) return;
    left -= taken;
    const key = `refund:${chargeId}:${refunds}:${orderId}`;
    if (!(await postEntry(tx, { userId, amount: -taken, reason: 'payment_refund', key })))
      throw new Error('what an order left was taken before it was left');
    await tx
      .update(creditDebts)
      .set({
        credits: sql`${creditDebts.credits} - ${taken}::int`,
        settledAt: taken === credits ? sql`now()` : null,
      })
      .where(eq(creditDebts.paymentId, paymentId));
    await tx
      .update(payments)
      .set({ takenBack: sql`coalesce(${payments.takenBack}, 0) + ${taken}::int` })
      .where(eq(payments.id, paymentId));
  }
}

import { payments, subscriptions } from '@aisha/db';
import { and, eq, isNotNull, lt, sql } from 'drizzle-orm';
import { AGAIN, due } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';

/** Refunds and changes of subscriptions that nobody makes. */
export function sweepPayments(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const refunding = await unit.tx
      .update(payments)
      .set({ nextCheckAt: AGAIN })
      .where(
        due(
          parts.db,
          payments,
          sql`${payments.id}`,
          and(eq(payments.state, 'refunding'), lt(payments.nextCheckAt, sql`now()`)),
        ),
      )
      .returning({ id: payments.id });
    for (const { id } of refunding) unit.enqueue('payment.refund', { paymentId: id });
    const wanted = await unit.tx
      .update(subscriptions)
      .set({ nextCheckAt: AGAIN })
      .where(
        due(
          parts.db,
          subscriptions,
          sql`${subscriptions.id}`,
          and(isNotNull(subscriptions.wanted), lt(subscriptions.nextCheckAt, sql`now()`)),
        ),
      )
      .returning({ id: subscriptions.id });
    for (const { id } of wanted) unit.enqueue('payment.subscription', { subscriptionId: id });
    return refunding.length + wanted.length;
  });
}

import { type Db, subscriptions, type Tx } from '@aisha/db';
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import type { Invoice } from './invoices.ts';

export type Subscription = typeof subscriptions.$inferSelect;

/** The one that is paid for now, cancelled or not. */
export async function subscriptionOf(
  tx: Pick<Tx | Db, 'select'>,
  userId: number,
): Promise<Subscription | null> {
  const [subscription] = await tx
    .select()
    .from(subscriptions)
    .where(and(eq(subscriptions.userId, userId), gt(subscriptions.until, sql`now()`)))
    .orderBy(desc(subscriptions.until))
    .limit(1);
  return subscription ?? null;
}

/** A period was paid: the first one begins the subscription, each later one prolongs it. */
export async function keepPeriod(
  { tx }: Unit,
  invoice: Invoice,
  { chargeId, until }: { readonly chargeId: string; readonly until: Date },
): Promise<Subscription> {
  const [subscription] = await tx
    .insert(subscriptions)
    .values({ userId: invoice.userId, invoiceId: invoice.id, chargeId, until })
    .onConflictDoUpdate({
      target: subscriptions.invoiceId,
      set: { until: sql`greatest(${subscriptions.until}, excluded.until)`, state: 'active' },
    })
    .returning();
  if (!subscription) throw new Error('upsert returned nothing');
  return subscription;
}

import { orders, type Tx } from '@aisha/db';
import { and, count, desc, eq, gt, sql } from 'drizzle-orm';
import { type Again, orderAgain } from '../orders/again.ts';
import type { Order, Unit } from '../unit.ts';
import { noteAction, type Operator } from './audit.ts';

export type Retried =
  | Extract<Again, { kind: 'placed' | 'quoted' | 'under-way' }>
  | {
      readonly kind: 'refused';
      readonly reason: 'unknown' | 'not_failed' | 'again' | 'gone' | 'limit';
    };

/** Orders once more what failed, at no more than its owner had agreed to, and writes down who did it. */
export async function retryOrder(
  unit: Unit,
  by: Operator,
  orderId: string,
  reason?: string,
): Promise<Retried> {
  const outcome = await orderAgain(unit, orderId, { by: null });
  if (outcome.kind === 'under-way') return outcome;
  if (outcome.kind === 'refused') {
    const known = (['unknown', 'not_failed', 'again', 'gone'] as const).find((one) => one === outcome.reason);
    return { kind: 'refused', reason: known ?? 'limit' };
  }
  await noteAction(unit, by, {
    action: 'order.retry',
    userId: outcome.order.ownerId,
    about: { orderId, retriedBy: outcome.order.id },
    reason,
  });
  return outcome;
}

/** Orders of the last day that failed for what only operators mend, and were not tried again: the oldest first. */
export function failedOrders(
  tx: Pick<Tx, 'select'>,
  { failure, limit }: { readonly failure?: Order['failure'] | undefined; readonly limit: number },
): Promise<Order[]> {
  return tx
    .select()
    .from(orders)
    .where(
      and(
        eq(orders.state, 'failed'),
        sql`${orders.retriedBy} is null`,
        gt(orders.endedAt, sql`now() - interval '1 day'`),
        failure ? eq(orders.failure, failure) : undefined,
      ),
    )
    .orderBy(orders.endedAt)
    .limit(limit);
}

/** Somebody's orders, the newest first. */
export function listOrders(
  tx: Pick<Tx, 'select'>,
  {
    userId,
    limit,
    offset = 0,
  }: { readonly userId: number; readonly limit: number; readonly offset?: number },
): Promise<Order[]> {
  return tx
    .select()
    .from(orders)
    .where(eq(orders.ownerId, userId))
    .orderBy(desc(orders.createdAt))
    .limit(limit)
    .offset(offset);
}

const PAGE = 6;

export interface OrdersPage {
  readonly orders: readonly Order[];
  readonly page: number;
  readonly pages: number;
}

/** One page of somebody's orders; a page that does not exist is the nearest that does. */
export async function ordersPage(tx: Pick<Tx, 'select'>, userId: number, page: number): Promise<OrdersPage> {
  const [counted] = await tx.select({ n: count() }).from(orders).where(eq(orders.ownerId, userId));
  const pages = Math.ceil((counted?.n ?? 0) / PAGE);
  const at = Math.trunc(Math.min(Math.max(0, page), Math.max(0, pages - 1)));
  return { orders: await listOrders(tx, { userId, limit: PAGE, offset: at * PAGE }), page: at, pages };
}

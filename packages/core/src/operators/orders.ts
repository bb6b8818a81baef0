import { orders, type Tx } from '@aisha/db';
import { and, count, desc, eq, gt, sql } from 'drizzle-orm';
import { acceptOrder, creditsFor, findOrder, lockOrder, placeOrder } from '../orders/orders.ts';
import type { Order, Unit } from '../unit.ts';
import { noteAction, type Operator } from './audit.ts';

export type Retried =
  | { readonly kind: 'placed'; readonly order: Order }
  /** Its owner has to agree, or to top up: the price is another one by now, or they have not enough. */
  | { readonly kind: 'quoted'; readonly order: Order }
  | { readonly kind: 'under-way'; readonly order: Order }
  | {
      readonly kind: 'refused';
      readonly reason: 'unknown' | 'not_failed' | 'again' | 'gone' | 'limit';
    };

/**
 * Orders once more what failed: the same kind, subject and input, for the same person and place, at no more than they
 * had agreed to. A failed order was not charged; the new one is, if it delivers. Each failed order is tried again once.
 */
export async function retryOrder(
  unit: Unit,
  by: Operator,
  orderId: string,
  reason?: string,
): Promise<Retried> {
  const { tx } = unit;
  await lockOrder(tx, orderId);
  const failed = await findOrder(tx, orderId);
  if (!failed) return { kind: 'refused', reason: 'unknown' };
  if (failed.state !== 'failed') return { kind: 'refused', reason: 'not_failed' };
  if (failed.retriedBy) return { kind: 'refused', reason: 'again' };
  const { ownerId, chatId, threadId, kind, subjectId, input } = failed;
  const placed = await placeOrder(unit, {
    ownerId,
    chatId,
    threadId,
    kind,
    subjectId,
    input,
    quote: true,
    inMaintenance: true,
    statusMessageId: failed.statusMessageId ?? undefined,
  });
  if (placed.kind === 'refused') return { kind: 'refused', reason: 'limit' };
  if (placed.kind === 'under-way') return placed;
  const { order } = placed;
  const agreed = priceOf(failed);
  const accepted = priceOf(order) <= agreed ? await acceptOrder(unit, ownerId, order.id) : null;
  if (accepted?.kind === 'refused' && accepted.reason === 'gone') return { kind: 'refused', reason: 'gone' };
  await tx.update(orders).set({ retriedBy: order.id }).where(eq(orders.id, orderId));
  await noteAction(unit, by, {
    action: 'order.retry',
    userId: ownerId,
    about: { orderId, retriedBy: order.id },
    reason,
  });
  unit.enqueue('order.progress', { orderId: order.id });
  return accepted?.kind === 'placed' ? { kind: 'placed', order: accepted.order } : { kind: 'quoted', order };
}

const priceOf = ({ unitPrice, units }: Order) => creditsFor({ each: unitPrice ?? 0, units: units ?? 0 });

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

import { creditHolds, orders } from '@aisha/db';
import { and, eq, inArray, isNull, lt, notInArray, sql } from 'drizzle-orm';
import { AGAIN, BATCH, due } from '../overdue.ts';
import { settleHold } from '../credits/holds.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { cancelOrder, creditsFor, endLate, lockOrder, rulesOf, underWay } from './orders.ts';

/**
 * Goes on with orders that are overdue, and ends those past their deadline. Those of a kind that this process does not
 * know are a newer release's and left alone; `told` keeps of which it was said.
 */
export async function sweepOrders(parts: DeciderParts, told: Set<string>): Promise<number> {
  const known = Object.keys(parts.orderKinds);
  await tellUnknown(parts, known, told);
  const late: string[] = [];
  const found = await transact(parts, async (unit) => {
    const overdue = and(underWay, inArray(orders.kind, known), lt(orders.nextCheckAt, sql`now()`));
    const rows = await unit.tx
      .update(orders)
      .set({ nextCheckAt: AGAIN, checks: sql`${orders.checks} + 1` })
      .where(due(parts.db, orders, sql`${orders.id}`, overdue))
      .returning();
    for (const order of rows)
      if (order.deadlineAt.getTime() < Date.now()) late.push(order.id);
      else rulesOf(unit, order.kind).first(unit, order);
    return rows.length;
  });
  // Each by itself: an end locks its owner before its order, and many owners at once would wait in a ring.
  for (const id of late) await endLate(parts, id);
  return found + (await endQuotes(parts, known)) + (await settleLeft(parts));
}

/**
 * Holds of orders that a process of an older release ended, which knows of none: what was not said to be delivered is not
 * charged.
 */
async function settleLeft(parts: DeciderParts): Promise<number> {
  const left = await parts.db
    .select({ id: orders.id, unitPrice: orders.unitPrice, delivered: orders.delivered })
    .from(creditHolds)
    .innerJoin(orders, eq(orders.id, creditHolds.orderId))
    .where(and(isNull(creditHolds.settledAt), lt(orders.endedAt, sql`now() - interval '5 seconds'`)))
    .limit(BATCH);
  for (const { id, unitPrice, delivered } of left)
    await transact(parts, async (unit) => {
      await lockOrder(unit.tx, id);
      await settleHold(unit, id, creditsFor({ each: unitPrice ?? 0, units: delivered ?? 0 }));
    });
  return left.length;
}

/** Quotes that nobody accepted in time. */
async function endQuotes(parts: DeciderParts, known: readonly string[]): Promise<number> {
  const late = await parts.db
    .select({ id: orders.id, ownerId: orders.ownerId })
    .from(orders)
    .where(
      and(eq(orders.state, 'quoted'), inArray(orders.kind, [...known]), lt(orders.deadlineAt, sql`now()`)),
    )
    .limit(BATCH);
  for (const { id: orderId, ownerId } of late)
    await transact(parts, async (unit) => {
      await cancelOrder(unit, ownerId, orderId);
      unit.enqueue('order.progress', { orderId });
    });
  return late.length;
}

async function tellUnknown(parts: DeciderParts, known: readonly string[], told: Set<string>): Promise<void> {
  const unknown = await parts.db
    .selectDistinct({ kind: orders.kind })
    .from(orders)
    .where(and(underWay, notInArray(orders.kind, [...known, ...told]), lt(orders.nextCheckAt, sql`now()`)));
  for (const { kind } of unknown) {
    told.add(kind);
    parts.log.warn('orders of a kind that this release does not know are left alone', { kind });
  }
}

import { type FailureReason, orders, type Progress } from '@aisha/db';
import { and, eq, sql } from 'drizzle-orm';
import { keepOutages } from '../breaker/breaker.ts';
import type { DeciderParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';
import { failOrder, failOrderIn, lockOrder, rulesOf, underWay } from './orders.ts';

/** How soon a waiting order tries again by itself; whoever opens the provider wakes it before. Never all of them at once. */
const TRY_AGAIN = sql`now() + make_interval(secs => 60 + random() * 15)`;

/**
 * A provider that this order needs refuses our account, or is paused: it goes back to the queue, its owner is told, what is
 * held stays held, and it begins again with its first job. Nothing that was paid for is lost by that: what a kind has done
 * so far is in its rows. False: it has waited for as long as it may (`LIMIT_PROVIDER_WAIT_HOURS`), or has ended.
 */
export async function waitForProviderIn(unit: Unit, id: string): Promise<boolean> {
  // Before the order's lock, as whoever ends an outage takes them: what waits from here on is told when it is over.
  const isClosed = await keepOutages(unit.tx);
  await lockOrder(unit.tx, id);
  const isUnderWay = and(eq(orders.id, id), underWay);
  const until = sql`coalesce(${orders.waitsSince}, now()) + make_interval(hours => ${unit.limits.providerWaitHours})`;
  const [order] = await unit.tx
    .select({
      kind: orders.kind,
      progress: orders.progress,
      until: until.mapWith((text: string) => new Date(text)),
      isOver: sql<boolean>`${until} <= now()`,
    })
    .from(orders)
    .where(isUnderWay);
  if (!order || order.isOver) return false;
  // Over already: it begins again, and nobody was told anything.
  const progress: Progress = isClosed
    ? { stage: 'provider_closed', until: order.until.toISOString() }
    : { stage: 'queued' };
  const minutes = rulesOf(unit, order.kind).deadlineMinutes;
  await unit.tx
    .update(orders)
    .set({
      state: 'queued',
      progress,
      waitsSince: sql`coalesce(${orders.waitsSince}, now())`,
      nextCheckAt: isClosed ? TRY_AGAIN : sql`now() + interval '2 seconds'`,
      // Its time is counted from when it may run.
      deadlineAt: sql`greatest(${orders.deadlineAt}, now() + make_interval(mins => ${minutes + 5}))`,
    })
    .where(isUnderWay);
  if (order.progress?.stage !== progress.stage) unit.enqueue('order.progress', { orderId: id });
  return true;
}

/** The same in a transaction of its own; an order that may wait no longer fails. */
export function waitForProvider(parts: DeciderParts, id: string): Promise<void> {
  return transact(parts, async (unit) => {
    if (!(await waitForProviderIn(unit, id))) await failOrderIn(unit, id, 'provider_account');
  });
}

/** Ends an order for this reason, unless it is a closed account: for that it waits. */
export function failOrWait(parts: DeciderParts, id: string, reason: FailureReason): Promise<void> {
  return reason === 'provider_account' ? waitForProvider(parts, id) : failOrder(parts, id, reason);
}

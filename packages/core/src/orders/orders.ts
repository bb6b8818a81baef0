import {
  avatars,
  falJobs,
  type OrderKind,
  orders,
  type Progress,
  type Tx,
  type FailureReason,
} from '@aisha/db';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import type { DeciderParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';

export type Order = typeof orders.$inferSelect;

/** When an order that nothing ends is given up and told. */
const DEADLINE_MINUTES: Record<OrderKind, number> = {
  // FAL's own processing limit is an hour; a portrait takes 5 to 20 minutes and may queue before.
  training: 90,
  // Seconds of work; the rest is FAL's queue on a busy day.
  image: 15,
  // Two hours of speech in pieces, with retries.
  transcription: 120,
  document: 30,
};

export interface NewOrder {
  readonly ownerId: number;
  readonly chatId: number;
  readonly kind: OrderKind;
  readonly subjectId: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  /** The message that becomes the status message, if it exists already. */
  readonly statusMessageId?: number | undefined;
}

/** Places an order and starts it; null when the same subject has one under way already. */
export async function placeOrder(unit: Unit, order: NewOrder): Promise<Order | null> {
  const [row] = await unit.tx
    .insert(orders)
    .values({
      ...order,
      statusMessageId: order.statusMessageId ?? null,
      progress: { stage: 'queued' },
      nextCheckAt: sql`now() + interval '15 seconds'`,
      deadlineAt: sql`now() + make_interval(mins => ${DEADLINE_MINUTES[order.kind]})`,
    })
    .onConflictDoNothing()
    .returning();
  if (!row) return null;
  unit.noteOrder(row);
  advanceOrder(unit, row);
  return row;
}

/** Enqueues whatever comes first for an order of this kind; harmless when it is already under way. */
export function advanceOrder(unit: Unit, order: Pick<Order, 'id' | 'kind' | 'subjectId'>): void {
  switch (order.kind) {
    case 'training':
    case 'image':
      unit.enqueue('order.start', { orderId: order.id });
      return;
    case 'transcription':
      if (order.subjectId) unit.enqueue('recording.prepare', { recordingId: order.subjectId });
      return;
    case 'document':
      if (order.subjectId) unit.enqueue('document.write', { documentId: order.subjectId });
      return;
    default:
      return order.kind satisfies never;
  }
}

export async function findOrder(tx: Pick<Tx, 'select'>, id: string): Promise<Order | null> {
  const [order] = await tx.select().from(orders).where(eq(orders.id, id));
  return order ?? null;
}

/** The order under way for a subject. */
export async function orderUnderWay(
  tx: Pick<Tx, 'select'>,
  kind: OrderKind,
  subjectId: string,
): Promise<Order | null> {
  const [order] = await tx
    .select()
    .from(orders)
    .where(and(eq(orders.kind, kind), eq(orders.subjectId, subjectId), underWay));
  return order ?? null;
}

const underWay = inArray(orders.state, ['queued', 'running']);

/** queued → running; false when the order has ended meanwhile. Pushes the next check away: work has begun. */
export async function startOrder(parts: DeciderParts, id: string): Promise<Order | null> {
  const [order] = await parts.db
    .update(orders)
    .set({
      state: 'running',
      startedAt: sql`coalesce(${orders.startedAt}, now())`,
      nextCheckAt: sql`now() + interval '20 seconds'`,
    })
    .where(and(eq(orders.id, id), underWay))
    .returning();
  return order ?? null;
}

/** Keeps how far an order is and has its status message edited. */
export async function noteProgress(parts: DeciderParts, id: string, progress: Progress): Promise<void> {
  await transact(parts, async (unit) => {
    const changed = await unit.tx
      .update(orders)
      .set({ progress, nextCheckAt: sql`greatest(${orders.nextCheckAt}, now() + interval '20 seconds')` })
      .where(
        and(
          eq(orders.id, id),
          underWay,
          sql`${orders.progress} is distinct from ${JSON.stringify(progress)}::jsonb`,
        ),
      )
      .returning({ id: orders.id });
    if (changed.length > 0) unit.enqueue('order.progress', { orderId: id }, { debounceMs: 700 });
  });
}

/** Ends an order well, and owes its owner the message. False when it had ended before: nothing may be done twice. */
export async function succeedOrder(unit: Unit, id: string): Promise<boolean> {
  return (await endOrder(unit, id, 'succeeded', null)) !== null;
}

/**
 * Ends an order badly: takes its subject back to where it can be tried again, gives up the request at FAL and owes
 * its owner the reason. This is the one place where a hold is released once credits exist.
 */
export async function failOrder(unit: Unit, id: string, failure: FailureReason): Promise<boolean> {
  const order = await endOrder(unit, id, 'failed', failure);
  if (!order) return false;
  if (order.kind === 'training' && order.subjectId)
    await unit.tx
      .update(avatars)
      .set({ state: 'failed', failure })
      .where(and(eq(avatars.id, order.subjectId), eq(avatars.state, 'training')));
  await giveUpFalJob(unit, id);
  return true;
}

/** The owner's cancel. False when it is not theirs or has ended before. */
export async function cancelOrder(unit: Unit, ownerId: number, id: string): Promise<Order | null> {
  const order = await endOrder(unit, id, 'cancelled', null, ownerId);
  if (!order) return null;
  if (order.kind === 'training' && order.subjectId)
    await unit.tx
      .update(avatars)
      .set({ state: 'draft' })
      .where(and(eq(avatars.id, order.subjectId), eq(avatars.state, 'training')));
  await giveUpFalJob(unit, id);
  return order;
}

async function endOrder(
  unit: Unit,
  id: string,
  state: 'succeeded' | 'failed' | 'cancelled',
  failure: FailureReason | null,
  ownerId?: number,
): Promise<Order | null> {
  const [order] = await unit.tx
    .update(orders)
    .set({ state, failure, endedAt: sql`now()` })
    .where(and(eq(orders.id, id), underWay, ownerId === undefined ? undefined : eq(orders.ownerId, ownerId)))
    .returning();
  if (!order) return null;
  unit.noteOrder(order);
  // A cancel is answered on the spot; everything else is told.
  if (state !== 'cancelled')
    await notify(unit, { userId: order.ownerId, chatId: order.chatId }, `order:${id}:ended`, {
      kind: 'order.ended',
      data: { orderId: id },
    });
  return order;
}

async function giveUpFalJob(unit: Unit, orderId: string): Promise<void> {
  const [job] = await unit.tx
    .update(falJobs)
    .set({
      state: sql`case when ${falJobs.state} = 'created' then 'cancelled' else 'cancelling' end`,
      endedAt: sql`case when ${falJobs.state} = 'created' then now() end`,
      nextCheckAt: sql`now() + interval '5 seconds'`,
    })
    .where(and(eq(falJobs.orderId, orderId), inArray(falJobs.state, ['created', 'submitting', 'submitted'])))
    .returning({ id: falJobs.id, state: falJobs.state });
  if (job?.state === 'cancelling') unit.enqueue('fal.settle', { falJobId: job.id, source: 'sweep' });
}

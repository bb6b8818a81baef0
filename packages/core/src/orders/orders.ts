import { orders, type FailureReason, type Place, type Progress, type Tx } from '@aisha/db';
import { TransientError, storableJson } from '@aisha/service';
import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import type { DeciderParts } from '../parts.ts';
import { type Order, type OrderRules, transact, type Unit } from '../unit.ts';
import { shareOf, type ShareRefusal } from './shares.ts';

export interface NewOrder extends Place {
  readonly ownerId: number;
  readonly kind: string;
  readonly subjectId: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  /** The message that becomes the status message, if it exists already. */
  readonly statusMessageId?: number | undefined;
  /** It waits for its owner's consent (`acceptOrder`) before anything of it runs. */
  readonly quote?: boolean;
}

/** A quote that nobody accepts ends: what it was made from (photos, prices) does not stay as it was. */
const QUOTE_MINUTES = 30;

/** Why nothing was ordered; each kind may add reasons of its own. */
export type OrderRefusal = ShareRefusal;

export type Placed<Refusal = OrderRefusal> =
  | { readonly kind: 'placed'; readonly order: Order }
  /** The same subject has one of this kind waiting or under way. */
  | { readonly kind: 'under-way'; readonly order: Order }
  | { readonly kind: 'refused'; readonly reason: Refusal };

/** Places an order, and starts it unless it is only quoted. A hold will be taken here, and for a quote when it is accepted. */
export async function placeOrder(unit: Unit, { quote = false, ...order }: NewOrder): Promise<Placed> {
  const rules = rulesOf(unit, order.kind);
  const { refusal, turn } = await shareOf(unit, { ...order, share: rules.share });
  if (refusal !== null) {
    // The same button twice is told that it is under way, not that it is too much.
    const same = rules.exclusive ? await unendedOf(unit, order) : null;
    return same ? { kind: 'under-way', order: same } : { kind: 'refused', reason: refusal };
  }
  const [row] = await unit.tx
    .insert(orders)
    .values({
      ...order,
      input: rules.input.parse(order.input),
      exclusive: rules.exclusive,
      turn,
      ...(quote ? { state: 'quoted' } : {}),
      statusMessageId: order.statusMessageId ?? null,
      progress: { stage: 'queued' },
      nextCheckAt: sql`now() + interval '15 seconds'`,
      deadlineAt: minutesFromNow(quote ? QUOTE_MINUTES : rules.deadlineMinutes),
    })
    .onConflictDoNothing()
    .returning();
  if (!row) {
    const other = await unendedOf(unit, order);
    if (!other) throw new TransientError('the order under way has just ended');
    return { kind: 'under-way', order: other };
  }
  return quote ? note(unit, row) : begin(unit, row);
}

/** The one of this kind for the same subject that waits or is under way. */
async function unendedOf({ tx }: Unit, { kind, subjectId }: NewOrder): Promise<Order | null> {
  if (subjectId === null) return null;
  const [order] = await tx
    .select()
    .from(orders)
    .where(and(eq(orders.kind, kind), eq(orders.subjectId, subjectId), unended));
  return order ?? null;
}

function note(unit: Unit, order: Order): Placed {
  unit.noteOrder(order);
  return { kind: 'placed', order };
}

async function begin(unit: Unit, order: Order): Promise<Placed> {
  const rules = rulesOf(unit, order.kind);
  await rules.begun?.(unit, order);
  rules.first(unit, order);
  return note(unit, order);
}

/** The owner agrees to a quote: it runs. `gone`: it is not theirs, was cancelled or waited for too long. */
export async function acceptOrder(
  unit: Unit,
  ownerId: number,
  id: string,
): Promise<Placed<OrderRefusal | 'gone'>> {
  const [found] = await unit.tx
    .select()
    .from(orders)
    .where(and(eq(orders.id, id), eq(orders.ownerId, ownerId), unended))
    .for('update');
  if (!found) return { kind: 'refused', reason: 'gone' };
  if (found.state !== 'quoted') return { kind: 'under-way', order: found };
  const [order] = await unit.tx
    .update(orders)
    .set({
      state: 'queued',
      nextCheckAt: sql`now() + interval '15 seconds'`,
      deadlineAt: minutesFromNow(rulesOf(unit, found.kind).deadlineMinutes),
    })
    .where(and(eq(orders.id, id), gt(orders.deadlineAt, sql`now()`)))
    .returning();
  return order ? begin(unit, order) : { kind: 'refused', reason: 'gone' };
}

const minutesFromNow = (minutes: number) => sql`now() + make_interval(mins => ${minutes})`;

/** An order of a kind that this process does not know is a newer release's: nothing is done about it here. */
export function rulesOf({ orderKinds }: Pick<Unit, 'orderKinds'>, kind: string): OrderRules {
  const rules = orderKinds[kind];
  if (!rules) throw new Error(`this process knows no order of kind ${kind}`);
  return rules;
}

export async function findOrder(tx: Pick<Tx, 'select'>, id: string): Promise<Order | null> {
  const [order] = await tx.select().from(orders).where(eq(orders.id, id));
  return order ?? null;
}

/** The order under way for a subject. */
export async function orderUnderWay(
  tx: Pick<Tx, 'select'>,
  kind: string,
  subjectId: string,
): Promise<Order | null> {
  const [order] = await tx
    .select()
    .from(orders)
    .where(and(eq(orders.kind, kind), eq(orders.subjectId, subjectId), underWay));
  return order ?? null;
}

/** Waiting for a worker, or being worked on. */
export const underWay = inArray(orders.state, ['queued', 'running']);
/** The same, or waiting for its owner's consent. */
export const unended = inArray(orders.state, ['quoted', 'queued', 'running']);

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
          sql`${orders.progress} is distinct from ${storableJson(progress)}::jsonb`,
        ),
      )
      .returning({ id: orders.id });
    if (changed.length > 0) unit.enqueue('order.progress', { orderId: id }, { debounceMs: 700 });
  });
}

/**
 * A provider does not answer: said with the time until which it is tried, which stays as it was said first. How long
 * that is, is the queue's doing: the attempts of the job in the catalogue, or the order's deadline.
 */
export async function noteSilence(
  parts: DeciderParts,
  { id, progress, deadlineAt }: Pick<Order, 'id' | 'progress' | 'deadlineAt'>,
  retriedMinutes: number,
): Promise<void> {
  const before = progress?.stage === 'provider_silent' ? progress.until : undefined;
  const last = Math.min(Date.now() + retriedMinutes * 60_000, deadlineAt.getTime());
  const until = before ?? new Date(last).toISOString();
  await noteProgress(parts, id, { stage: 'provider_silent', until });
}

/** An order that got on is not late: its kind's time is counted from now again. */
export async function extendDeadline(unit: Unit, { id, kind }: Order): Promise<void> {
  const minutes = rulesOf(unit, kind).deadlineMinutes;
  await unit.tx
    .update(orders)
    .set({
      deadlineAt: sql`greatest(${orders.deadlineAt}, now() + make_interval(mins => ${minutes}))`,
    })
    .where(and(eq(orders.id, id), underWay));
}

/** Ends an order well, and owes its owner the message. False when it had ended before: nothing may be done twice. */
export async function succeedOrder(unit: Unit, id: string): Promise<boolean> {
  return (await endOrder(unit, id, 'succeeded', null)) !== null;
}

/** Ends an order badly, and owes its owner the reason. False when it had ended before. */
export async function failOrderIn(unit: Unit, id: string, failure: FailureReason): Promise<boolean> {
  return (await endOrder(unit, id, 'failed', failure)) !== null;
}

/** The same in a transaction of its own. */
export function failOrder(parts: DeciderParts, id: string, failure: FailureReason): Promise<void> {
  return transact(parts, async (unit) => void (await failOrderIn(unit, id, failure)));
}

/** Fails the order under way for a subject: its work was given up. */
export async function failOrderOf(parts: DeciderParts, kind: string, subjectId: string): Promise<void> {
  const order = await orderUnderWay(parts.db, kind, subjectId);
  if (order) await failOrder(parts, order.id, 'internal');
}

/** The owner's cancel, of a quote too. Null when it is not theirs or has ended before. */
export function cancelOrder(unit: Unit, ownerId: number, id: string): Promise<Order | null> {
  return endOrder(unit, id, 'cancelled', null, ownerId);
}

/** Every end of every order. This is the one place where a hold will be captured or released. */
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
    .where(and(eq(orders.id, id), unended, ownerId === undefined ? undefined : eq(orders.ownerId, ownerId)))
    .returning();
  if (!order) return null;
  unit.noteOrder(order);
  if (state !== 'succeeded') await rulesOf(unit, order.kind).ended?.(unit, order);
  // A cancel is answered on the spot; everything else is told.
  if (state !== 'cancelled')
    await notify(unit, { userId: order.ownerId, chatId: order.chatId }, `order:${id}:ended`, {
      kind: 'order.ended',
      data: { orderId: id },
    });
  return order;
}

import { orders, type FailureReason, type Place, type Progress, type Tx, users } from '@aisha/db';
import { TransientError, storableJson } from '@aisha/service';
import { and, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { groupPayer, lockPeople } from '../groups/rules.ts';
import { holdCredits, openAccount, settleHold } from '../credits/holds.ts';
import { heldByMaintenance } from '../maintenance/maintenance.ts';
import { notify } from '../notifications/notifications.ts';
import type { DeciderParts, WorkerParts } from '../parts.ts';
import { settingsOf } from '../settings/settings.ts';
import { spentFor, spentToday } from '../spending/spending.ts';
import { type Order, type OrderRules, type Price, transact, type Unit } from '../unit.ts';
import { overDailyCredits, shareOf, type ShareRefusal } from './shares.ts';

export interface NewOrder extends Place {
  readonly ownerId: number;
  readonly kind: string;
  readonly subjectId: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  /** The message that becomes the status message, if it exists already. */
  readonly statusMessageId?: number | undefined;
  /** It waits for its owner's consent (`acceptOrder`) before anything of it runs. */
  readonly quote?: boolean;
  /** Credits that stood on what was pressed, none unless it is said: at another price it is only quoted. */
  readonly shown?: number | undefined;
  /** Maintenance does not hold it back: an operator orders it for its owner. */
  readonly inMaintenance?: boolean;
}

/** A quote that nobody accepts ends: what it was made from (photos, prices) does not stay as it was. */
const QUOTE_MINUTES = 30;

/** Why nothing was ordered; each kind may add reasons of its own. */
export type OrderRefusal =
  | ShareRefusal
  /** Nothing new begins for now. */
  | 'maintenance'
  | 'credits'
  /** Whoever pays for the group has not enough, or has spent as much as they may in a day. */
  | 'payer';

export type Placed<Refusal = OrderRefusal> =
  | { readonly kind: 'placed'; readonly order: Order }
  /** The same subject has one of this kind waiting or under way. */
  | { readonly kind: 'under-way'; readonly order: Order }
  | {
      readonly kind: 'refused';
      readonly reason: Refusal;
      /** In credits; `missing` of them for `credits`. */
      readonly price?: number;
      readonly missing?: number;
      /** For `maintenance`: what operators say beside our own words. */
      readonly note?: string | null;
    };

const FREE: Price = { each: 0, units: 0 };

/** What an order of this kind and input costs now. The one place that says so, for buttons and for what is charged. */
export function priceOf(
  parts: Pick<Unit, 'orderKinds' | 'prices'>,
  kind: string,
  input: Readonly<Record<string, unknown>>,
): Price {
  return parts.prices.charged ? rulesOf(parts, kind).price(input, parts.prices) : FREE;
}

/** Whole credits. */
export const creditsFor = ({ each, units }: Price): number => each * units;

/** The most that this order may cost, as was agreed on. */
const agreedOn = ({ unitPrice, units }: Pick<Order, 'unitPrice' | 'units'>): number =>
  creditsFor({ each: unitPrice ?? 0, units: units ?? 0 });

/**
 * Places an order, and starts it unless it is only quoted: because that is wanted, or because its price is not the one
 * that was shown. The price is set aside here, and that of a quote when it is accepted.
 */
export async function placeOrder(unit: Unit, { shown = 0, ...wanted }: NewOrder): Promise<Placed> {
  const { quote: quoteWanted = false, inMaintenance = false, ...order } = wanted;
  const rules = rulesOf(unit, order.kind);
  const held = inMaintenance ? null : await heldByMaintenance(unit, order);
  if (held) {
    const same = rules.exclusive ? await unendedOf(unit, order) : null;
    return same
      ? { kind: 'under-way', order: same }
      : { kind: 'refused', reason: 'maintenance', note: held.note };
  }
  const payer = await groupPayer(unit, order);
  if (payer !== null) await lockPeople(unit.tx, [order.ownerId, payer]);
  const { refusal, turn } = await shareOf(unit, { ...order, share: rules.share });
  if (refusal !== null) {
    // The same button twice is told that it is under way, not that it is too much.
    const same = rules.exclusive ? await unendedOf(unit, order) : null;
    return same ? { kind: 'under-way', order: same } : { kind: 'refused', reason: refusal };
  }
  const input = rules.input.parse(order.input);
  const price = priceOf(unit, order.kind, input);
  const quote = quoteWanted || creditsFor(price) !== shown;
  // Asked once more now that both are locked: whoever has just stopped is not charged.
  if ((await groupPayer(unit, order)) !== payer) throw new TransientError('who pays has just changed');
  const payerId = creditsFor(price) > 0 ? payer : null;
  const unpaid = quote ? null : await unpayable(unit, { ...order, payerId }, creditsFor(price));
  if (unpaid) {
    const same = rules.exclusive ? await unendedOf(unit, order) : null;
    return same ? { kind: 'under-way', order: same } : unpaid;
  }
  const [row] = await unit.tx
    .insert(orders)
    .values({
      ...order,
      input,
      ...agreed(price),
      payerId,
      exclusive: rules.exclusive,
      incognito: (await settingsOf(unit.tx, order.ownerId)).incognito,
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
  if (quote) return note(unit, row);
  return begin(unit, row, () => Promise.reject(new Error('an order was placed for nothing')));
}

const agreed = (price: Price) =>
  creditsFor(price) > 0 ? { unitPrice: price.each, units: price.units } : { unitPrice: null, units: null };

/** Why somebody cannot pay this now; null: they can. Their account stays locked, so that it stays true. */
async function unpayable(
  unit: Unit,
  { ownerId, payerId, chatId }: Pick<Order, 'ownerId' | 'payerId' | 'chatId'>,
  price: number,
): Promise<Extract<Placed, { kind: 'refused' }> | null> {
  if (price === 0) return null;
  const { available } = await openAccount(unit, payerId ?? ownerId);
  const over = await overDailyCredits(unit, { payerId: payerId ?? ownerId, chatId }, price);
  // What somebody else has is nobody's business in the group.
  if (payerId !== null) return over || available < price ? { kind: 'refused', reason: 'payer', price } : null;
  if (over) return { kind: 'refused', reason: 'too_many_credits_a_day' };
  return available < price ? { kind: 'refused', reason: 'credits', price, missing: price - available } : null;
}

async function hold(unit: Unit, order: Order): Promise<void> {
  const amount = agreedOn(order);
  if (amount > 0)
    await holdCredits(unit, { orderId: order.id, userId: order.payerId ?? order.ownerId, amount });
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

async function begin<Otherwise>(
  unit: Unit,
  order: Order,
  otherwise: () => Promise<Otherwise>,
): Promise<Placed | Otherwise> {
  const rules = rulesOf(unit, order.kind);
  if ((await rules.begun?.(unit, order)) === false) return otherwise();
  await hold(unit, order);
  rules.first(unit, order);
  return note(unit, order);
}

/** The owner agrees to a quote and its price: it runs. `gone`: it is not theirs, was cancelled or waited for too long. */
export async function acceptOrder(
  unit: Unit,
  ownerId: number,
  id: string,
): Promise<Placed<OrderRefusal | 'gone'>> {
  await lockOrder(unit.tx, id);
  const [found] = await unit.tx
    .select()
    .from(orders)
    .where(and(eq(orders.id, id), eq(orders.ownerId, ownerId), unended));
  if (!found || (found.state === 'quoted' && found.deadlineAt <= new Date()))
    return { kind: 'refused', reason: 'gone' };
  if (found.state !== 'quoted') return { kind: 'under-way', order: found };
  const payerId = agreedOn(found) > 0 ? await groupPayer(unit, found) : null;
  if (payerId !== found.payerId) return requote(unit, found, payerId);
  const unpaid = await unpayable(unit, found, agreedOn(found));
  if (unpaid) return unpaid;
  const [order] = await unit.tx
    .update(orders)
    .set({
      state: 'queued',
      nextCheckAt: sql`now() + interval '15 seconds'`,
      deadlineAt: minutesFromNow(rulesOf(unit, found.kind).deadlineMinutes),
    })
    .where(and(eq(orders.id, id), gt(orders.deadlineAt, sql`now()`)))
    .returning();
  const gone = { kind: 'refused', reason: 'gone' } as const;
  if (!order) return gone;
  return begin(unit, order, async () => {
    await cancelOrder(unit, ownerId, id);
    return gone;
  });
}

/** Who pays is another one by now: the quote says so, and is accepted anew. */
async function requote(
  unit: Unit,
  { id }: Order,
  payerId: number | null,
): Promise<Placed<OrderRefusal | 'gone'>> {
  const [order] = await unit.tx.update(orders).set({ payerId }).where(eq(orders.id, id)).returning();
  return order ? { kind: 'placed', order } : { kind: 'refused', reason: 'gone' };
}

/**
 * What is known now of an order under way may have a price: then it waits for its owner's consent from here on, and
 * begins again with its first job when they agree. False: it goes on, since it costs nothing or was agreed on before.
 */
export async function quoteOrder(
  unit: Unit,
  { id, kind, ownerId, chatId }: Pick<Order, 'id' | 'kind' | 'ownerId' | 'chatId'>,
  known: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const input = rulesOf(unit, kind).input.parse(known);
  const price = priceOf(unit, kind, input);
  if (creditsFor(price) === 0) return false;
  const payerId = await groupPayer(unit, { ownerId, chatId });
  const [order] = await unit.tx
    .update(orders)
    .set({ state: 'quoted', input, ...agreed(price), payerId, deadlineAt: minutesFromNow(QUOTE_MINUTES) })
    .where(and(eq(orders.id, id), underWay, isNull(orders.units)))
    .returning();
  if (!order) return false;
  unit.noteOrder(order);
  unit.enqueue('order.progress', { orderId: id });
  return true;
}

/**
 * Locks an order and before it its owner and who pays for it, everywhere in this order: what ends it settles their account, and whoever
 * decides their updates has the account first.
 */
export async function lockOrder(tx: Tx, id: string): Promise<void> {
  const concerned = tx
    .select({ id: sql`unnest(array[${orders.ownerId}, ${orders.payerId}])` })
    .from(orders)
    .where(eq(orders.id, id));
  await tx
    .select({ id: users.id })
    .from(users)
    .where(inArray(users.id, concerned))
    .orderBy(users.id)
    .for('no key update');
  await tx.select({ id: orders.id }).from(orders).where(eq(orders.id, id)).for('update');
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

/**
 * queued → running; null when the order has ended meanwhile, or must wait because the service has spent what it may in a
 * day. Pushes the next check away: work has begun.
 */
export async function startOrder(parts: StartingParts, id: string): Promise<Order | null> {
  if (await putOff(parts, id)) return null;
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

type StartingParts = DeciderParts & { readonly config: Pick<WorkerParts['config'], 'spending'> };

/** How soon a raised cap lets orders go on. */
const CAP_SECONDS = 60;

/**
 * Has an order that has not begun wait for the next day, and its owner told, when the service, or its owner, their group or
 * all newcomers have spent what they may in a day; true when it waits.
 */
async function putOff(parts: StartingParts, id: string): Promise<boolean> {
  const found = await findOrder(parts.db, id);
  if (found?.state !== 'queued' || !(await spentFor(parts.db, parts.config.spending, found))) return false;
  const { endsAt } = await spentToday(parts.db);
  return transact(parts, async (unit) => {
    const isQueued = and(eq(orders.id, id), eq(orders.state, 'queued'));
    const [order] = await unit.tx
      .select({ kind: orders.kind, progress: orders.progress })
      .from(orders)
      .where(isQueued);
    if (!order) return false;
    const progress: Progress = { stage: 'over_budget', until: endsAt.toISOString() };
    const waiting = await unit.tx
      .update(orders)
      .set({
        progress,
        nextCheckAt: sql`now() + make_interval(secs => ${CAP_SECONDS})`,
        // Its time is counted from when it may run.
        deadlineAt: sql`${endsAt.toISOString()}::timestamptz + make_interval(mins => ${rulesOf(unit, order.kind).deadlineMinutes})`,
      })
      .where(isQueued)
      .returning({ id: orders.id });
    if (waiting.length > 0 && order.progress?.stage !== 'over_budget')
      unit.enqueue('order.progress', { orderId: id });
    return waiting.length > 0;
  });
}

/** Keeps how far an order is and has its status message edited. */
export async function noteProgress(
  parts: DeciderParts,
  id: string,
  progress: Progress,
  { debounceMs = 700 }: { readonly debounceMs?: number } = {},
): Promise<void> {
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
      .returning({ chatId: orders.chatId });
    for (const { chatId } of changed)
      unit.enqueue('order.progress', { orderId: id }, { debounceMs, by: chatId });
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

/**
 * Ends an order well, and owes its owner the message: `delivered` of its units are charged, all unless it is said. False
 * when it had ended before: nothing may be done twice.
 */
export async function succeedOrder(unit: Unit, id: string, delivered?: number): Promise<boolean> {
  return (await endOrder(unit, id, { state: 'succeeded', delivered })) !== null;
}

/** Ends an order badly, and owes its owner the reason. False when it had ended before. */
export async function failOrderIn(unit: Unit, id: string, failure: FailureReason): Promise<boolean> {
  return (await endOrder(unit, id, { state: 'failed', failure })) !== null;
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
  return endOrder(unit, id, { state: 'cancelled', ownerId });
}

/**
 * The owner's stop: of a kind that delivers what is done so far the order ends with that, and is charged for that alone
 * (`stopping`); any other is cancelled. Null as `cancelOrder`.
 */
export async function stopOrder(unit: Unit, ownerId: number, id: string): Promise<Order | 'stopping' | null> {
  const [order] = await unit.tx
    .select()
    .from(orders)
    .where(and(eq(orders.id, id), eq(orders.ownerId, ownerId), underWay));
  const stopped =
    order && ((await rulesOf(unit, order.kind).stopped?.(unit, order)) || (await endWithWhatIs(unit, order)));
  return stopped === true ? 'stopping' : cancelOrder(unit, ownerId, id);
}

/** Its time is over: it ends with what is delivered so far, if that is anything, or fails. */
export function endLate(parts: DeciderParts, id: string): Promise<void> {
  return transact(parts, async (unit) => {
    await lockOrder(unit.tx, id);
    const [order] = await unit.tx
      .select()
      .from(orders)
      .where(and(eq(orders.id, id), underWay));
    if (order && !(await endWithWhatIs(unit, order))) await failOrderIn(unit, id, 'timeout');
  });
}

async function endWithWhatIs(unit: Unit, order: Order): Promise<boolean> {
  const rules = rulesOf(unit, order.kind);
  if (!rules.cutShort) return false;
  await lockOrder(unit.tx, order.id);
  const delivered = await rules.cutShort(unit, order);
  return delivered > 0 && succeedOrder(unit, order.id, delivered);
}

type End =
  | { readonly state: 'succeeded'; readonly delivered: number | undefined }
  | { readonly state: 'failed'; readonly failure: FailureReason }
  | { readonly state: 'cancelled'; readonly ownerId: number };

const deliveredBy = (end: End) =>
  end.state !== 'succeeded'
    ? sql`0`
    : end.delivered === undefined
      ? orders.units
      : sql`${end.delivered}::int`;

/** Every end of every order, and the one place where a hold is captured, by what was delivered, and released. */
async function endOrder(unit: Unit, id: string, end: End): Promise<Order | null> {
  const { state } = end;
  await lockOrder(unit.tx, id);
  const [order] = await unit.tx
    .update(orders)
    .set({
      state,
      failure: end.state === 'failed' ? end.failure : null,
      delivered: sql`case when ${orders.units} is not null then least(${orders.units}, ${deliveredBy(end)}) end`,
      endedAt: sql`now()`,
    })
    .where(
      and(
        eq(orders.id, id),
        // Nothing comes of a quote but its end.
        state === 'succeeded' ? underWay : unended,
        end.state === 'cancelled' ? eq(orders.ownerId, end.ownerId) : undefined,
      ),
    )
    .returning();
  if (!order) return null;
  await settleHold(unit, id, creditsFor({ each: order.unitPrice ?? 0, units: order.delivered ?? 0 }));
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

import { type Db, invoices, payments, subscriptions, type Tx } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { notify } from '../notifications/notifications.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';
import { type Invoice, type Invoiced, invoiceOf, keepInvoice, salesClosed } from './invoices.ts';
import { STARS } from './providers/stars.ts';

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

/** Stars know one period. */
const MONTH_SECONDS = 2_592_000;

/** Writes down what a person is offered and has the link told to them: Telegram sells subscriptions by links alone. */
export async function offerPlan(unit: Unit, userId: number, name: string): Promise<Invoiced> {
  if (await salesClosed(unit)) return { kind: 'refused', reason: 'closed' };
  if (await subscriptionOf(unit.tx, userId)) return { kind: 'refused', reason: 'subscribed' };
  const plan = unit.sales.plans.find((one) => one.name === name);
  if (!plan) return { kind: 'refused', reason: 'changed' };
  const outcome = await keepInvoice(unit, {
    userId,
    provider: 'stars',
    name,
    periodSeconds: MONTH_SECONDS,
    credits: plan.credits,
    currency: STARS,
    amount: plan.stars,
  });
  if (outcome.kind === 'invoice')
    await notify(unit, { userId, chatId: userId }, `invoice:${outcome.invoice.id}`, {
      kind: 'subscription.offer',
      data: { invoiceId: outcome.invoice.id },
    });
  return outcome;
}

/** With what it brings each period. */
export async function findSubscription(
  tx: Pick<Tx | Db, 'select'>,
  id: string,
): Promise<(Subscription & { readonly credits: number }) | null> {
  const [found] = await tx
    .select()
    .from(subscriptions)
    .innerJoin(invoices, eq(invoices.id, subscriptions.invoiceId))
    .where(eq(subscriptions.id, id));
  return found ? { ...found.subscriptions, credits: found.invoices.credits } : null;
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
      set: {
        until: sql`greatest(${subscriptions.until}, excluded.until)`,
        // Told late or anew, a payment does not take back a cancel.
        state: sql`case when excluded.until > ${subscriptions.until} then 'active' else ${subscriptions.state} end`,
      },
    })
    .returning();
  if (!subscription) throw new Error('upsert returned nothing');
  return subscription;
}

/** Its owner wants no further period, or wants it after all. False: it is not theirs, or over. */
export async function wantSubscription(
  unit: Unit,
  userId: number,
  wanted: 'active' | 'cancelled',
): Promise<Subscription | null> {
  const current = await subscriptionOf(unit.tx, userId);
  return current && want(unit, current.id, wanted);
}

/** Nothing more is charged for it. */
export async function stopSubscription(unit: Unit, id: string): Promise<void> {
  await want(unit, id, 'cancelled');
}

async function want(unit: Unit, id: string, wanted: 'active' | 'cancelled'): Promise<Subscription | null> {
  const [subscription] = await unit.tx
    .update(subscriptions)
    .set({ wanted, nextCheckAt: sql`now() + interval '15 seconds'` })
    .where(eq(subscriptions.id, id))
    .returning();
  if (subscription) unit.enqueue('payment.subscription', { subscriptionId: id });
  return subscription ?? null;
}

/** Job: Telegram is told what the owner wants; only then it is so, and they hear of it. */
export async function settleSubscription(
  parts: WorkerParts,
  id: string,
  run: Pick<Run, 'signal'>,
): Promise<void> {
  const [row] = await parts.db.select().from(subscriptions).where(eq(subscriptions.id, id));
  if (!row?.wanted) return;
  const { wanted } = row;
  const refusal = await tell(parts, row, wanted, run.signal);
  if (refusal !== null) parts.log.error('a subscription could not be changed', { id, wanted, why: refusal });
  await transact(parts, async (unit) => {
    const [changed] = await unit.tx
      .update(subscriptions)
      .set({ wanted: null, ...(refusal === null ? { state: wanted } : {}) })
      .where(and(eq(subscriptions.id, id), eq(subscriptions.wanted, wanted)))
      .returning();
    if (changed) await tellOwner(unit, changed, refusal !== null);
  });
}

/** Null: done. A reason: refused. Telegram knows a subscription by its first charge; by its last, if that is all it knows. */
async function tell(
  parts: WorkerParts,
  { userId, chargeId, id }: Subscription,
  wanted: 'active' | 'cancelled',
  signal: AbortSignal,
): Promise<string | null> {
  const [last] = await parts.db
    .select({ chargeId: payments.chargeId })
    .from(payments)
    .where(eq(payments.subscriptionId, id))
    .orderBy(desc(payments.paidAt))
    .limit(1);
  let refusal: string | null = null;
  for (const charge of new Set([chargeId, last?.chargeId ?? chargeId])) {
    const outcome = await parts.telegram.call(
      'editUserStarSubscription',
      { user_id: userId, telegram_payment_charge_id: charge, is_canceled: wanted === 'cancelled' },
      { priority: 'result', signal },
    );
    if (outcome.kind === 'ok') return null;
    if (outcome.kind === 'retry' || outcome.kind === 'unknown')
      throw new TransientError(`the subscription is not changed yet: ${outcome.why}`, {
        retryAfterMs: outcome.kind === 'retry' ? outcome.afterMs : 5_000,
      });
    refusal = outcome.kind === 'refused' ? outcome.description : outcome.kind;
  }
  return refusal;
}

const tellOwner = (unit: Unit, { id, userId }: Subscription, refused: boolean): Promise<boolean> =>
  notify(unit, { userId, chatId: userId }, `subscription:${id}:${randomUUID()}`, {
    kind: 'subscription.changed',
    data: { subscriptionId: id, ...(refused ? { refused } : {}) },
  });

/** What Telegram tells: changed in its own settings, or a renewal that could not be paid. */
export async function noteSubscription(
  unit: Unit,
  told: { readonly payload: string; readonly state: 'active' | 'cancelled' | 'failed' },
): Promise<void> {
  const invoice = await invoiceOf(unit.tx, told.payload);
  if (!invoice) return;
  const [changed] = await unit.tx
    .update(subscriptions)
    .set({ state: told.state })
    .where(and(eq(subscriptions.invoiceId, invoice.id), sql`${subscriptions.state} <> ${told.state}`))
    .returning();
  if (changed) await tellOwner(unit, changed, false);
}

/** Where the invoice of a subscription is paid: Telegram makes the link, once. Throws while it cannot. */
export async function invoiceLink(
  { db, telegram }: Pick<WorkerParts, 'db' | 'telegram'>,
  invoice: Invoice,
  words: { readonly title: string; readonly description: string; readonly payload: string },
  signal: AbortSignal,
): Promise<string> {
  if (invoice.link !== null) return invoice.link;
  const outcome = await telegram.call(
    'createInvoiceLink',
    {
      ...words,
      currency: invoice.currency,
      prices: [{ label: words.title, amount: invoice.amount }],
      ...(invoice.periodSeconds === null ? {} : { subscription_period: invoice.periodSeconds }),
    },
    { priority: 'reply', signal },
  );
  if (outcome.kind !== 'ok') throw new TransientError(`no link to an invoice: ${outcome.kind}`);
  const [kept] = await db
    .update(invoices)
    .set({ link: sql`coalesce(${invoices.link}, ${outcome.result})` })
    .where(eq(invoices.id, invoice.id))
    .returning({ link: invoices.link });
  return kept?.link ?? outcome.result;
}

import { payments, type PaymentSource, promoCodeUses, type Tx, users } from '@aisha/db';
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { lockAccount, postEntry } from '../credits/ledger.ts';
import { notify } from '../notifications/notifications.ts';
import type { Unit } from '../unit.ts';
import { alarmAboutPayment } from './alarms.ts';
import { type Invoice, invoiceOf, waitingOf } from './invoices.ts';
import { providerTaking } from './providers/index.ts';
import { keepPeriod } from './subscriptions.ts';

export type Payment = typeof payments.$inferSelect;

/** What a provider says was paid. */
export interface Received {
  readonly chargeId: string;
  readonly providerChargeId: string | null;
  readonly userId: number;
  readonly currency: string;
  /** In the currency's smallest units. */
  readonly amount: number;
  readonly payload: string;
  /** Until when a subscription is paid by it; null: it is none. */
  readonly until: Date | null;
  readonly paidAt: Date;
  readonly source: PaymentSource;
}

/**
 * Keeps a payment and credits it, both in this transaction and once per charge, whoever tells of it and how often. A pack
 * that is sold no more is credited as its invoice said. Null when it was kept before.
 */
export async function keepPayment(unit: Unit, received: Received): Promise<Payment | null> {
  const { tx } = unit;
  const { chargeId, userId, until, payload: _payload, ...rest } = received;
  // A statement may name somebody whose row was lost with a backup.
  await tx.insert(users).values({ id: userId }).onConflictDoNothing();
  await lockAccount(tx, userId);
  const found = await invoiceOf(tx, received.payload);
  const invoice = found?.currency === received.currency && found.amount === received.amount ? found : null;
  const [kept] = await tx
    .insert(payments)
    .values({
      ...rest,
      chargeId,
      userId,
      invoiceId: invoice?.id ?? null,
      provider: invoice?.provider ?? providerTaking(received.currency),
      credits: 0,
      statedAt: received.source === 'statement' ? sql`now()` : null,
    })
    .onConflictDoNothing({ target: payments.chargeId })
    .returning();
  if (!kept) {
    // A statement knows less of a payment than the update that comes after it.
    if (until && found?.periodSeconds) await keepPeriod(unit, found, { chargeId, until });
    return null;
  }
  if (!invoice) {
    await alarmAboutPayment(unit, kept, 'no_invoice');
    await tellPayment(unit, kept);
    return kept;
  }
  const bonus = await spendBonus(unit, invoice, chargeId);
  await spendDiscount(unit, invoice, chargeId);
  await enter(unit, userId, invoice.credits, 'payment', `payment:${chargeId}`);
  if (bonus > 0) await enter(unit, userId, bonus, 'promo_bonus', `payment:${chargeId}:bonus`);
  const subscription =
    invoice.periodSeconds === null
      ? null
      : await keepPeriod(unit, invoice, {
          chargeId,
          until: until ?? new Date(received.paidAt.getTime() + invoice.periodSeconds * 1_000),
        });
  const [credited] = await tx
    .update(payments)
    .set({ credits: invoice.credits + bonus, subscriptionId: subscription?.id ?? null })
    .where(eq(payments.id, kept.id))
    .returning();
  if (!credited) throw new Error('a payment that was just kept is gone');
  await tellPayment(unit, credited);
  return credited;
}

async function enter(
  { tx }: Unit,
  userId: number,
  amount: number,
  reason: 'payment' | 'promo_bonus',
  key: string,
): Promise<void> {
  const entered = await postEntry(tx, { userId, amount, reason, key });
  if (!entered) throw new Error('a payment was credited before it was kept');
}

const tellPayment = (unit: Unit, { id, userId, chargeId }: Payment): Promise<boolean> =>
  notify(unit, { userId, chatId: userId }, `payment:${chargeId}`, {
    kind: 'payment.kept',
    data: { paymentId: id },
  });

/** More credits with a pack: the oldest code of that kind that waits for one is spent. How many more. */
async function spendBonus({ tx }: Unit, invoice: Invoice, chargeId: string): Promise<number> {
  if (invoice.periodSeconds !== null) return 0;
  const bonus = (await waitingOf(tx, invoice.userId)).find(({ kind }) => kind === 'bonus');
  if (!bonus) return 0;
  await tx.update(promoCodeUses).set({ spentOn: chargeId }).where(eq(promoCodeUses.id, bonus.useId));
  return Math.floor((invoice.credits * bonus.percent) / 100);
}

async function spendDiscount({ tx }: Unit, invoice: Invoice, chargeId: string): Promise<void> {
  if (invoice.discountUseId === null) return;
  await tx
    .update(promoCodeUses)
    .set({ spentOn: chargeId })
    .where(and(eq(promoCodeUses.id, invoice.discountUseId), isNull(promoCodeUses.spentOn)));
}

export async function findPayment(tx: Pick<Tx, 'select'>, id: string): Promise<Payment | null> {
  const [payment] = await tx.select().from(payments).where(eq(payments.id, id));
  return payment ?? null;
}

export async function paymentOfCharge(tx: Pick<Tx, 'select'>, chargeId: string): Promise<Payment | null> {
  const [payment] = await tx.select().from(payments).where(eq(payments.chargeId, chargeId));
  return payment ?? null;
}

/** The newest first; of one person, or of everybody. */
export function listPayments(
  tx: Pick<Tx, 'select'>,
  { userId, limit }: { readonly userId?: number; readonly limit: number },
): Promise<Payment[]> {
  return tx
    .select()
    .from(payments)
    .where(userId === undefined ? undefined : eq(payments.userId, userId))
    .orderBy(desc(payments.paidAt))
    .limit(limit);
}

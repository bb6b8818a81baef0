import type { Pack, PaymentsConfig } from '@aisha/config';
import { invoices, promoCodes, promoCodeUses, stops, type Tx } from '@aisha/db';
import { and, asc, eq, isNull, ne } from 'drizzle-orm';
import { z } from 'zod';
import { lockAccount } from '../credits/ledger.ts';
import type { Unit } from '../unit.ts';
import { paymentProviders, type ProviderName } from './providers/index.ts';
import type { Price } from './providers/provider.ts';

export type Invoice = typeof invoices.$inferSelect;

/** Bound to an invoice, and by it to person, pack and price. At most 128 bytes. */
export const payloadOf = ({ id }: Pick<Invoice, 'id'>): string => `invoice:${id}`;

export async function invoiceOf(tx: Pick<Tx, 'select'>, payload: string): Promise<Invoice | null> {
  const id = /^invoice:(.+)$/.exec(payload)?.[1];
  return id !== undefined && z.uuid().safeParse(id).success ? findInvoice(tx, id) : null;
}

export async function findInvoice(tx: Pick<Tx, 'select'>, id: string): Promise<Invoice | null> {
  const [invoice] = await tx.select().from(invoices).where(eq(invoices.id, id));
  return invoice ?? null;
}

/** Nothing is sold: by the configuration, or an operator stopped it. */
export async function salesClosed({
  tx,
  sales,
  prices,
}: Pick<Unit, 'tx' | 'sales' | 'prices'>): Promise<boolean> {
  // What costs nothing is not sold.
  if (!sales.selling || !prices.charged) return true;
  const [stopped] = await tx.select().from(stops).where(eq(stops.what, 'payments'));
  return stopped !== undefined;
}

/** An operator stops selling for a while, in every process at once, or goes on. */
export async function setSalesStopped({ tx }: Pick<Unit, 'tx'>, stopped: boolean): Promise<void> {
  if (stopped) await tx.insert(stops).values({ what: 'payments' }).onConflictDoNothing();
  else await tx.delete(stops).where(eq(stops.what, 'payments'));
}

/** A promo code for the next top-up that a person has typed and not spent yet. */
export interface WaitingCode {
  readonly useId: number;
  readonly kind: 'bonus' | 'discount';
  readonly percent: number;
  /** On this pack alone; null: on any. */
  readonly pack: string | null;
}

/** A person's promo codes that wait for a purchase, the oldest first. */
export async function waitingOf(tx: Pick<Tx, 'select'>, userId: number): Promise<WaitingCode[]> {
  const rows = await tx
    .select({
      useId: promoCodeUses.id,
      kind: promoCodes.kind,
      percent: promoCodes.value,
      pack: promoCodes.pack,
    })
    .from(promoCodeUses)
    .innerJoin(promoCodes, eq(promoCodes.code, promoCodeUses.code))
    .where(
      and(eq(promoCodeUses.userId, userId), ne(promoCodes.kind, 'credits'), isNull(promoCodeUses.spentOn)),
    )
    .orderBy(asc(promoCodeUses.id));
  return rows.flatMap(({ kind, ...rest }) => (kind === 'credits' ? [] : [{ kind, ...rest }]));
}

export interface Offer {
  readonly pack: Pack;
  readonly provider: ProviderName;
  readonly price: Price;
  /** What it costs without the discount, where there is one. */
  readonly without: Price | null;
  readonly discountUseId: number | null;
}

/** What a pack costs this person; never less than the smallest unit. Null: this provider does not sell it. */
export function offerOf(
  sales: PaymentsConfig,
  provider: ProviderName,
  pack: Pack,
  waiting: readonly WaitingCode[],
): Offer | null {
  const full = paymentProviders[provider].price(sales, pack);
  if (!full) return null;
  const off = waiting.find((one) => one.kind === 'discount' && (one.pack === null || one.pack === pack.name));
  const amount = off ? Math.max(1, Math.ceil((full.amount * (100 - off.percent)) / 100)) : full.amount;
  return {
    pack,
    provider,
    price: { ...full, amount },
    without: off ? full : null,
    discountUseId: off?.useId ?? null,
  };
}

export type Invoiced =
  | { readonly kind: 'invoice'; readonly invoice: Invoice }
  | { readonly kind: 'refused'; readonly reason: 'closed' | 'changed' | 'subscribed' };

/** Writes down what a person is offered. Sending it is the caller's. */
export async function invoicePack(
  unit: Unit,
  userId: number,
  name: string,
  provider: ProviderName,
): Promise<Invoiced> {
  if (await salesClosed(unit)) return { kind: 'refused', reason: 'closed' };
  const pack = unit.sales.packs.find((one) => one.name === name);
  const offer = pack && offerOf(unit.sales, provider, pack, await waitingOf(unit.tx, userId));
  if (!offer) return { kind: 'refused', reason: 'changed' };
  return keepInvoice(unit, {
    userId,
    provider,
    name,
    credits: offer.pack.credits,
    ...offer.price,
    discountUseId: offer.discountUseId,
  });
}

/** Writes an invoice down. */
export async function keepInvoice(unit: Unit, values: typeof invoices.$inferInsert): Promise<Invoiced> {
  await lockAccount(unit.tx, values.userId);
  const [invoice] = await unit.tx.insert(invoices).values(values).returning();
  if (!invoice) throw new Error('insert returned nothing');
  return { kind: 'invoice', invoice };
}

import { invoices, payments } from '@aisha/db';
import { and, eq, gt, ne, sql } from 'drizzle-orm';
import { lockAccount } from '../credits/ledger.ts';
import type { Unit } from '../unit.ts';
import type { User } from '../users/users.ts';
import { waitingOf, type Invoice, invoiceOf, offerOf, salesClosed } from './invoices.ts';
import { PROVIDER_NAMES } from './providers/index.ts';
import { subscriptionOf } from './subscriptions.ts';

/** What somebody is about to pay; the provider waits ten seconds for the word. */
export interface Checkout {
  readonly payload: string;
  readonly currency: string;
  readonly amount: number;
}

/** `changed`: the pack or its price is not on offer any more. `other_person`: the invoice was forwarded. */
export type CheckoutRefusal = 'blocked' | 'closed' | 'changed' | 'other_person' | 'paid' | 'subscribed';

/** After that long an agreement that no payment followed is forgotten: Telegram pays within seconds of it. */
const AGREED = sql`now() - interval '10 minutes'`;

/** Whether this person may pay this now. Null: yes. Reads and writes the database alone, so it is answered in time. */
export async function agreeToCheckout(
  unit: Unit,
  user: Pick<User, 'id' | 'blockedAt'>,
  checkout: Checkout,
): Promise<CheckoutRefusal | null> {
  if (user.blockedAt) return 'blocked';
  if (await salesClosed(unit)) return 'closed';
  const { tx } = unit;
  const invoice = await invoiceOf(tx, checkout.payload);
  if (!invoice) return 'changed';
  if (invoice.userId !== user.id) return 'other_person';
  await lockAccount(tx, user.id);
  if (invoice.currency !== checkout.currency || invoice.amount !== checkout.amount) return 'changed';
  const refusal = await (invoice.periodSeconds === null
    ? packRefusal(unit, invoice)
    : planRefusal(unit, invoice));
  if (refusal) return refusal;
  await tx
    .update(invoices)
    .set({ agreedAt: sql`now()` })
    .where(eq(invoices.id, invoice.id));
  return null;
}

async function packRefusal(unit: Unit, invoice: Invoice): Promise<CheckoutRefusal | null> {
  const { tx, sales } = unit;
  const [paid] = await tx
    .select({ id: payments.id })
    .from(payments)
    .where(eq(payments.invoiceId, invoice.id));
  if (paid) return 'paid';
  const pack = sales.packs.find(({ name }) => name === invoice.name);
  const provider = PROVIDER_NAMES.find((name) => name === invoice.provider);
  if (!pack || !provider || pack.credits !== invoice.credits) return 'changed';
  const waiting = (await waitingOf(tx, invoice.userId)).filter(
    ({ useId }) => useId === invoice.discountUseId,
  );
  const offer = offerOf(sales, provider, pack, waiting);
  if (!offer || offer.price.currency !== invoice.currency || offer.price.amount !== invoice.amount)
    return 'changed';
  if (invoice.discountUseId === null) return null;
  // One discount, two invoices: whoever is paying the one does not pay the other.
  const [other] = await tx
    .select({ id: invoices.id })
    .from(invoices)
    .where(
      and(
        eq(invoices.discountUseId, invoice.discountUseId),
        ne(invoices.id, invoice.id),
        gt(invoices.agreedAt, AGREED),
      ),
    )
    .limit(1);
  return other ? 'changed' : null;
}

async function planRefusal({ tx, sales }: Unit, invoice: Invoice): Promise<CheckoutRefusal | null> {
  if (await subscriptionOf(tx, invoice.userId)) return 'subscribed';
  const plan = sales.plans.find(({ name }) => name === invoice.name);
  return plan && plan.credits === invoice.credits && plan.stars === invoice.amount ? null : 'changed';
}

import { creditHolds, erasedPeople, ledgerEntries, type Tx } from '@aisha/db';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import { takeReleased } from './debts.ts';
import { balanceOf, heldOf, lockAccount, postEntry } from './ledger.ts';

/** In whole credits: what the ledger says, how much of it open orders hold, and what is left to spend. */
export interface Account {
  readonly balance: number;
  readonly held: number;
  readonly available: number;
}

export async function accountOf(tx: Pick<Tx, 'select'>, userId: number): Promise<Account> {
  const held = await heldOf(tx, userId);
  const balance = await balanceOf(tx, userId);
  return { balance, held, available: balance - held };
}

/**
 * The account of somebody about to use it, locked until the transaction ends. Who has none yet is given the welcome
 * amount, once: an account that was brought over from the earlier deployment is none. A group's, which its anonymous
 * administrators write as, is given nothing: anybody makes as many groups as they like. Who left and comes back is welcome,
 * and was welcomed before.
 */
export async function openAccount(
  { tx, prices, erasedAs }: Pick<Unit, 'tx' | 'prices' | 'erasedAs'>,
  userId: number,
): Promise<Account> {
  await lockAccount(tx, userId);
  if (
    prices.charged &&
    prices.welcome > 0 &&
    userId > 0 &&
    !(await isOpened(tx, userId)) &&
    (await tx.$count(erasedPeople, eq(erasedPeople.hash, erasedAs(userId)))) === 0
  )
    await postEntry(tx, { userId, amount: prices.welcome, reason: 'welcome', key: `welcome:${userId}` });
  return accountOf(tx, userId);
}

async function isOpened(tx: Pick<Tx, 'select'>, userId: number): Promise<boolean> {
  const [entry] = await tx
    .select({ id: ledgerEntries.id })
    .from(ledgerEntries)
    .where(
      and(eq(ledgerEntries.userId, userId), inArray(ledgerEntries.reason, ['welcome', 'legacy_balance'])),
    )
    .limit(1);
  return entry !== undefined;
}

/** Sets an order's price aside; the caller has asked, under the account's lock, that there is as much. */
export async function holdCredits(
  { tx }: Pick<Unit, 'tx'>,
  hold: { readonly orderId: string; readonly userId: number; readonly amount: number },
): Promise<void> {
  await tx.insert(creditHolds).values(hold);
}

/**
 * Ends a hold: takes what is captured of it and leaves the rest. Null when there is none, or it was ended before:
 * nothing is taken twice.
 */
export async function settleHold(
  { tx }: Pick<Unit, 'tx'>,
  orderId: string,
  captured: number,
): Promise<number | null> {
  const [hold] = await tx
    .update(creditHolds)
    .set({ captured: sql`least(${creditHolds.amount}, ${captured}::int)`, settledAt: sql`now()` })
    .where(and(eq(creditHolds.orderId, orderId), isNull(creditHolds.settledAt)))
    .returning();
  if (!hold) return null;
  const taken = hold.captured ?? 0;
  if (taken > 0) {
    const entry = { userId: hold.userId, amount: -taken, reason: 'order', key: `order:${orderId}` } as const;
    if (!(await postEntry(tx, entry))) throw new Error('an order was charged before its hold was settled');
  }
  const left = hold.amount - taken;
  if (left > 0)
    await takeReleased(tx, { orderId, userId: hold.userId, heldSince: hold.createdAt, credits: left });
  return taken;
}

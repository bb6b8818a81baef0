import { creditHolds, ledgerEntries, type LedgerReason, orders, type Tx, users } from '@aisha/db';
import { and, count, desc, eq, getTableColumns, isNull, sql } from 'drizzle-orm';

export type LedgerEntry = typeof ledgerEntries.$inferSelect;

export interface NewEntry {
  readonly userId: number;
  /** Whole credits; negative when they are taken. */
  readonly amount: number;
  readonly reason: LedgerReason;
  /** Names what the entry is for, e.g. a charge's id: one that is there already is not entered again. */
  readonly key: string;
}

/** Until the transaction ends, nobody else writes anything about this person's credits. */
export async function lockAccount(tx: Pick<Tx, 'select'>, userId: number): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update');
}

/**
 * Adds one entry; null when its key is there already. Refused is what would leave less than open orders hold, and by the
 * database itself what would leave less than nothing.
 */
export async function postEntry(
  tx: Pick<Tx, 'select' | 'insert'>,
  entry: NewEntry,
): Promise<LedgerEntry | null> {
  await lockAccount(tx, entry.userId);
  const balance = await balanceOf(tx, entry.userId);
  if (entry.amount < 0) {
    const held = await heldOf(tx, entry.userId);
    if (held > 0 && balance + entry.amount < held)
      throw new Error('the ledger may not go below what is held');
  }
  const [entered] = await tx
    .insert(ledgerEntries)
    .values({ ...entry, balanceAfter: balance + entry.amount })
    .onConflictDoNothing({ target: ledgerEntries.key })
    .returning();
  return entered ?? null;
}

/** Whole credits. */
export async function balanceOf(tx: Pick<Tx, 'select'>, userId: number): Promise<number> {
  const [last] = await tx
    .select({ balance: ledgerEntries.balanceAfter })
    .from(ledgerEntries)
    .where(eq(ledgerEntries.userId, userId))
    .orderBy(desc(ledgerEntries.id))
    .limit(1);
  return last?.balance ?? 0;
}

/** Whole credits that open orders have set aside. */
export async function heldOf(tx: Pick<Tx, 'select'>, userId: number): Promise<number> {
  const [row] = await tx
    .select({ held: sql<number>`coalesce(sum(${creditHolds.amount}), 0)`.mapWith(Number) })
    .from(creditHolds)
    .where(and(eq(creditHolds.userId, userId), isNull(creditHolds.settledAt)));
  return row?.held ?? 0;
}

const PAGE = 10;

export interface LedgerPage {
  readonly balance: number;
  /** `orderKind`: of the order that an entry is for. */
  readonly entries: readonly (LedgerEntry & { readonly orderKind: string | null })[];
  readonly page: number;
  readonly pages: number;
}

/** The order that an entry is for. */
const orderOf = sql`case when ${ledgerEntries.reason} = 'order' then substr(${ledgerEntries.key}, 7)::uuid end`;

/** One page of a person's entries, the newest first; a page that does not exist is the nearest that does. */
export async function ledgerPage(tx: Pick<Tx, 'select'>, userId: number, page: number): Promise<LedgerPage> {
  const mine = eq(ledgerEntries.userId, userId);
  const [counted] = await tx.select({ n: count() }).from(ledgerEntries).where(mine);
  const pages = Math.ceil((counted?.n ?? 0) / PAGE);
  const at = Math.trunc(Math.min(Math.max(0, page), Math.max(0, pages - 1)));
  const entries = await tx
    .select({ ...getTableColumns(ledgerEntries), orderKind: orders.kind })
    .from(ledgerEntries)
    .leftJoin(orders, eq(orders.id, orderOf))
    .where(mine)
    .orderBy(desc(ledgerEntries.id))
    .limit(PAGE)
    .offset(at * PAGE);
  return { balance: await balanceOf(tx, userId), entries, page: at, pages };
}

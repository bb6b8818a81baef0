import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable } from 'drizzle-orm/pg-core';
import { text } from './columns.ts';
import type { LedgerReason, PromoCodeKind } from './types.ts';
import { at, createdAt, telegramId, users } from './users.ts';

/**
 * Whole credits. Rows are only ever added, one user's rows one after the other under a lock on the user's row, and
 * each says what it left: the balance is the last one's, and the sum of all.
 */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id),
    amount: integer('amount').notNull(),
    balanceAfter: integer('balance_after').notNull(),
    reason: text('reason').$type<LedgerReason>().notNull(),
    /** What the entry is for: the same thing is never entered twice. */
    key: text('key').notNull().unique(),
    createdAt: createdAt(),
  },
  (t) => [
    index('ledger_entries_user').on(t.userId, t.id),
    check('ledger_entries_amount', sql`${t.amount} <> 0`),
    check('ledger_entries_balance', sql`${t.balanceAfter} >= 0`),
  ],
);

export const promoCodes = pgTable('promo_codes', {
  /** In capitals. */
  code: text('code').primaryKey(),
  kind: text('kind').$type<PromoCodeKind>().notNull(),
  /** Credits for `credits`; per cent for `bonus` and `discount`. */
  value: integer('value').notNull(),
  /** How often it has been used, and may be in all; null for no limit. */
  uses: integer('uses').notNull().default(0),
  maxUses: integer('max_uses'),
  maxUsesPerUser: integer('max_uses_per_user').notNull().default(1),
  startsAt: at('starts_at'),
  endsAt: at('ends_at'),
  disabledAt: at('disabled_at'),
  createdAt: createdAt(),
});

export const promoCodeUses = pgTable(
  'promo_code_uses',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    code: text('code')
      .notNull()
      .references(() => promoCodes.code),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id),
    usedAt: at('used_at').notNull().defaultNow(),
  },
  (t) => [index('promo_code_uses_user').on(t.userId, t.code)],
);

import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, pgTable, uuid } from 'drizzle-orm/pg-core';
import { text } from './columns.ts';
import { orders } from './orders.ts';
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

/**
 * What an order may cost at most, set aside when it is placed: its owner can spend it on nothing else. When the order
 * ends, what was delivered is captured (an entry of the ledger under the key `order:<id>`), and the rest is free again.
 */
export const creditHolds = pgTable(
  'credit_holds',
  {
    /** One for an order. */
    orderId: uuid('order_id')
      .primaryKey()
      .references(() => orders.id),
    /** Who pays. */
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id),
    amount: integer('amount').notNull(),
    /** How much of it was taken in the end; null while the order is under way. */
    captured: integer('captured'),
    createdAt: createdAt(),
    settledAt: at('settled_at'),
  },
  (t) => [
    index('credit_holds_open')
      .on(t.userId)
      .where(sql`${t.settledAt} is null`),
    index('credit_holds_user').on(t.userId, t.createdAt),
    check('credit_holds_amount', sql`${t.amount} > 0`),
    check('credit_holds_captured', sql`${t.captured} between 0 and ${t.amount}`),
    check('credit_holds_settled', sql`(${t.captured} is null) = (${t.settledAt} is null)`),
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
  /** A discount on this pack alone; null: on any. */
  pack: text('pack'),
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
    /** A bonus or a discount waits for a payment: the one that it came to. */
    spentOn: text('spent_on'),
  },
  (t) => [
    index('promo_code_uses_user').on(t.userId, t.code),
    index('promo_code_uses_code').on(t.code).concurrently(),
  ],
);

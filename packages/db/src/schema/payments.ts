import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, pgTable, uuid } from 'drizzle-orm/pg-core';
import { text } from './columns.ts';
import { promoCodeUses } from './credits.ts';
import type { PaymentSource, PaymentState, ReferralState, SubscriptionState } from './types.ts';
import { at, createdAt, telegramId, users } from './users.ts';

/** What somebody was offered: price and credits stay as they were then, whatever the configuration says later. */
export const invoices = pgTable(
  'invoices',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id),
    /** One of core's payment providers. */
    provider: text('provider').notNull(),
    /** The pack's name, or the plan's. */
    name: text('name').notNull(),
    /** Every so many seconds once more; null: a pack, paid once. */
    periodSeconds: integer('period_seconds'),
    credits: integer('credits').notNull(),
    currency: text('currency').notNull(),
    /** In the currency's smallest units. */
    amount: integer('amount').notNull(),
    /** The discount that the amount has in it. */
    discountUseId: bigint('discount_use_id', { mode: 'number' }).references(() => promoCodeUses.id),
    /** Where a subscription is paid. */
    link: text('link'),
    /** When paying was last agreed to. */
    agreedAt: at('agreed_at'),
    createdAt: createdAt(),
  },
  (t) => [
    index('invoices_user').on(t.userId, t.createdAt),
    index('invoices_discount')
      .on(t.discountUseId)
      .where(sql`${t.discountUseId} is not null`)
      .concurrently(),
  ],
);

export const subscriptions = pgTable(
  'subscriptions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id),
    invoiceId: uuid('invoice_id')
      .notNull()
      .unique()
      .references(() => invoices.id),
    /** Of its first payment: what the provider knows the subscription by. */
    chargeId: text('charge_id').notNull(),
    state: text('state').$type<SubscriptionState>().notNull().default('active'),
    /** What its owner asked for and the provider has not confirmed yet. */
    wanted: text('wanted').$type<'active' | 'cancelled'>(),
    /** Paid until then. */
    until: at('until').notNull(),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    createdAt: createdAt(),
  },
  (t) => [
    index('subscriptions_user').on(t.userId, t.until),
    index('subscriptions_due')
      .on(t.nextCheckAt)
      .where(sql`${t.wanted} is not null`),
  ],
);

/** Money that came in, once per charge. */
export const payments = pgTable(
  'payments',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** `telegram_payment_charge_id`. */
    chargeId: text('charge_id').notNull().unique(),
    providerChargeId: text('provider_charge_id'),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id),
    /** Null: it fits no invoice of ours; an operator decides. */
    invoiceId: uuid('invoice_id').references(() => invoices.id),
    subscriptionId: uuid('subscription_id').references(() => subscriptions.id),
    provider: text('provider').notNull(),
    currency: text('currency').notNull(),
    amount: integer('amount').notNull(),
    /** All that was given for it, a bonus included. */
    credits: integer('credits').notNull(),
    state: text('state').$type<PaymentState>().notNull().default('paid'),
    source: text('source').$type<PaymentSource>().notNull(),
    /** Of `credits`, what a refund took back; the rest is a debt. */
    takenBack: integer('taken_back').notNull().default(0),
    /** How often it was tried to refund it: each try has ledger keys of its own. */
    refunds: integer('refunds').notNull().default(0),
    refundedBy: text('refunded_by'),
    refundReason: text('refund_reason'),
    refundedAt: at('refunded_at'),
    /** Seen in the provider's own statement. */
    statedAt: at('stated_at'),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    paidAt: at('paid_at').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    index('payments_user').on(t.userId, t.paidAt),
    index('payments_paid').on(t.paidAt),
    index('payments_subscription')
      .on(t.subscriptionId)
      .where(sql`${t.subscriptionId} is not null`)
      .concurrently(),
    index('payments_invoice')
      .on(t.invoiceId)
      .where(sql`${t.invoiceId} is not null`)
      .concurrently(),
    index('payments_unstated')
      .on(t.provider, t.createdAt)
      .where(sql`${t.statedAt} is null`)
      .concurrently(),
    index('payments_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} = 'refunding'`),
    check('payments_taken_back', sql`${t.takenBack} between 0 and ${t.credits}`),
  ],
);

/** Credits of a refunded payment that were spent already: the ledger never goes below nothing, so they are noted here. */
export const creditDebts = pgTable(
  'credit_debts',
  {
    paymentId: uuid('payment_id')
      .primaryKey()
      .references(() => payments.id),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id),
    credits: integer('credits').notNull(),
    createdAt: createdAt(),
    /** Forgiven by an operator, or void because the refund did not happen. */
    settledAt: at('settled_at'),
  },
  (t) => [index('credit_debts_user').on(t.userId)],
);

/** How far a provider's statement has been read. */
export const statements = pgTable('statements', {
  provider: text('provider').primaryKey(),
  /** Transactions read so far, from the oldest. */
  position: integer('position').notNull().default(0),
  readAt: at('read_at').notNull().defaultNow(),
  /** When it was last read from its beginning to its end. */
  wholeAt: at('whole_at'),
});

/** What operators stopped for a while, without a restart. */
export const stops = pgTable('stops', {
  what: text('what').$type<'payments'>().primaryKey(),
  since: at('since').notNull().defaultNow(),
});

export const referralCodes = pgTable('referral_codes', {
  userId: telegramId('user_id')
    .primaryKey()
    .references(() => users.id),
  code: text('code').notNull().unique(),
  createdAt: createdAt(),
});

/** Who came by whose link. */
export const referrals = pgTable(
  'referrals',
  {
    invitedId: telegramId('invited_id')
      .primaryKey()
      .references(() => users.id),
    inviterId: telegramId('inviter_id')
      .notNull()
      .references(() => users.id),
    state: text('state').$type<ReferralState>().notNull().default('waiting'),
    /** Why an operator has to decide. */
    doubt: text('doubt'),
    createdAt: createdAt(),
    decidedAt: at('decided_at'),
  },
  (t) => [
    index('referrals_inviter').on(t.inviterId, t.state),
    index('referrals_waiting')
      .on(t.createdAt)
      .where(sql`${t.state} = 'waiting'`),
  ],
);

/** What people and operators write to each other about payments. */
export const supportMessages = pgTable(
  'support_messages',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Whose conversation it is. */
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id),
    /** The operator who answers; null: the person writes. */
    operatorId: telegramId('operator_id'),
    text: text('text').notNull(),
    /** An operator has answered it. */
    answered: boolean('answered').notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [index('support_messages_user').on(t.userId, t.createdAt)],
);

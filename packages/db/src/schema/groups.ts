import { bigint, index, pgTable, text } from 'drizzle-orm/pg-core';
import { at, createdAt, telegramId, users } from './users.ts';

/** What is known of a group, and what its administrators decided for it. No row: everything is as it is by default. */
export const groupRules = pgTable(
  'group_rules',
  {
    chatId: telegramId('chat_id').primaryKey(),
    /** For those who are told of the group elsewhere. */
    title: text('title').notNull().default(''),
    /** Who ran it when Telegram was last asked. */
    administrators: bigint('administrators', { mode: 'number' }).array().notNull().default([]),
    administratorsAt: at('administrators_at'),
    /** The administrator who agreed to pay for what is ordered here; null: who orders pays. */
    payerId: telegramId('payer_id').references(() => users.id, { onDelete: 'set null' }),
    payerSince: at('payer_since'),
    createdAt: createdAt(),
  },
  (t) => [index('group_rules_payer').on(t.payerId)],
);

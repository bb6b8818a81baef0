import { bigint, boolean, index, pgTable, text } from 'drizzle-orm/pg-core';
import type { GroupMode } from './types.ts';
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
    /** When recordings are heard here. */
    mode: text('mode').$type<GroupMode>().notNull().default('reply'),
    /** Whether documents may be ordered here. */
    documents: boolean('documents').notNull().default(true),
    createdAt: createdAt(),
  },
  (t) => [index('group_rules_payer').on(t.payerId)],
);

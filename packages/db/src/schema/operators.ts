import { index, pgTable, uuid } from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import type { OperatorAction } from './types.ts';
import { createdAt, telegramId } from './users.ts';

/**
 * What operators did, written in the transaction that did it and never changed. Nothing that users wrote stands here. No
 * reference to `users`: it stays when somebody's rows are erased.
 */
export const operatorActions = pgTable(
  'operator_actions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Telegram's number of who did it, or `cli`. */
    operator: text('operator').notNull(),
    action: text('action').$type<OperatorAction>().notNull(),
    /** On whom; null: on the service. */
    userId: telegramId('user_id'),
    /** Ids and amounts. */
    about: jsonb('about').$type<Readonly<Record<string, string | number | boolean | null>>>().notNull(),
    /** In the operator's words. */
    reason: text('reason'),
    createdAt: createdAt(),
  },
  (t) => [
    index('operator_actions_user').on(t.userId, t.createdAt),
    index('operator_actions_time').on(t.createdAt),
  ],
);

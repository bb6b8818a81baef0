import { sql } from 'drizzle-orm';
import { pgTable, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { text } from './columns.ts';
import { at, createdAt } from './users.ts';

/** What the tokens in our webhook addresses are made with. Several may be valid; one makes the new ones. */
export const webhookSecrets = pgTable(
  'webhook_secrets',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Null: the bot's Telegram token, which releases before this table used. */
    value: text('value'),
    createdAt: createdAt(),
    /** Null: the one that new tokens are made with. */
    endsAt: at('ends_at'),
  },
  (t) => [
    uniqueIndex('webhook_secrets_current')
      .on(sql`(${t.endsAt} is null)`)
      .where(sql`${t.endsAt} is null`),
  ],
);

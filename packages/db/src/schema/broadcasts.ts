import { sql } from 'drizzle-orm';
import { bigint, index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import type { BroadcastAudience, BroadcastContent, BroadcastState, RecipientState } from './types.ts';
import { at, createdAt, telegramId } from './users.ts';

/** One message of the operators' to many people. */
export const broadcasts = pgTable(
  'broadcasts',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    content: jsonb('content').$type<BroadcastContent>().notNull(),
    audience: jsonb('audience').$type<BroadcastAudience>().notNull(),
    state: text('state').$type<BroadcastState>().notNull().default('draft'),
    /** Telegram's number of who made it, or `cli`. */
    createdBy: text('created_by').notNull(),
    /** The message that shows how it goes. */
    chatId: telegramId('chat_id'),
    messageId: bigint('message_id', { mode: 'number' }),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    createdAt: createdAt(),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [
    index('broadcasts_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} = 'running'`),
  ],
);

/**
 * Who gets it: written when it begins, so that nobody gets it twice and nobody is left out. `sending` is committed before
 * the call; whoever is found so after a crash may have it, and is never sent it again.
 */
export const broadcastRecipients = pgTable(
  'broadcast_recipients',
  {
    broadcastId: uuid('broadcast_id')
      .notNull()
      .references(() => broadcasts.id, { onDelete: 'cascade' }),
    userId: telegramId('user_id').notNull(),
    state: text('state').$type<RecipientState>().notNull().default('waiting'),
    /** When the call was about to be made. */
    claimedAt: at('claimed_at'),
  },
  (t) => [
    primaryKey({ columns: [t.broadcastId, t.userId] }),
    index('broadcast_recipients_state').on(t.broadcastId, t.state, t.userId),
  ],
);

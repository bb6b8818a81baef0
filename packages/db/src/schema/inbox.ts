import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  index,
  pgTable,
  primaryKey,
  smallint,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import type { UPDATE_STATES } from './types.ts';
import { at, createdAt, telegramId } from './users.ts';

/** Who polls. The epoch grows with every owner; a batch is accepted only from the owner of the current one. */
export const pollers = pgTable('pollers', {
  botId: telegramId('bot_id').primaryKey(),
  owner: text('owner').notNull(),
  epoch: bigint('epoch', { mode: 'number' }).notNull(),
  /** The offset of the next getUpdates: the highest committed update id plus one. */
  nextOffset: bigint('next_offset', { mode: 'number' }).notNull().default(0),
  /** The owner stopped by itself: what it is still sending is left to it. */
  releasedAt: at('released_at'),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

/**
 * The inbox. An update is `pending`, then `decided` (its effects are committed together with the calls that it
 * owes), then `done` (the calls were made).
 */
export const telegramUpdates = pgTable(
  'telegram_updates',
  {
    /** Order of arrival. Not the update id: after an idle week Telegram starts anew at a random, maybe lower, one. */
    seq: bigserial('seq', { mode: 'number' }).notNull(),
    botId: telegramId('bot_id').notNull(),
    updateId: bigint('update_id', { mode: 'number' }).notNull(),
    /** What is handled in order: a chat, or a user's presses, or a user's checkouts. */
    lane: text('lane').notNull(),
    kind: text('kind').notNull(),
    payload: jsonb('payload').$type<Readonly<Record<string, unknown>>>().notNull(),
    state: text('state').$type<(typeof UPDATE_STATES)[number]>().notNull().default('pending'),
    /** `OwedCall[]`, parsed when it is read. */
    owed: jsonb('owed').$type<unknown>(),
    /** How many of `owed` were made. */
    sent: smallint('sent').notNull().default(0),
    /** While one process makes the calls, no other does. */
    claimedUntil: at('claimed_until'),
    attempts: smallint('attempts').notNull().default(0),
    /** Sends whose outcome nobody knows; each may have doubled a message. */
    unknownOutcomes: smallint('unknown_outcomes').notNull().default(0),
    error: text('error'),
    /** Failed again and again and was set aside. */
    poisonedAt: at('poisoned_at'),
    /** Of a press: its person's later messages wait for its decision, but not longer than this. */
    holdsUntil: at('holds_until'),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    receivedAt: at('received_at').notNull().defaultNow(),
    doneAt: at('done_at'),
  },
  (t) => [
    primaryKey({ columns: [t.botId, t.updateId] }),
    index('telegram_updates_lane')
      .on(t.botId, t.lane, t.seq)
      .where(sql`${t.state} <> 'done'`),
    index('telegram_updates_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} <> 'done'`),
    index('telegram_updates_old').on(t.receivedAt),
  ],
);

/** What has to be told to somebody, once. Rendered when it is sent, in the language of that moment. */
export const notifications = pgTable(
  'notifications',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** For example `order:<id>:ended`: the same result is never told twice. */
    key: text('key').notNull(),
    userId: telegramId('user_id').notNull(),
    chatId: telegramId('chat_id').notNull(),
    kind: text('kind').notNull(),
    data: jsonb('data').$type<Readonly<Record<string, unknown>>>().notNull(),
    state: text('state').$type<'pending' | 'sent' | 'dropped' | 'failed'>().notNull().default('pending'),
    /** `OwedCall[]`, parsed when it is read. */
    owed: jsonb('owed').$type<unknown>(),
    sent: smallint('sent').notNull().default(0),
    claimedUntil: at('claimed_until'),
    attempts: smallint('attempts').notNull().default(0),
    unknownOutcomes: smallint('unknown_outcomes').notNull().default(0),
    messageId: bigint('message_id', { mode: 'number' }),
    error: text('error'),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    createdAt: createdAt(),
    sentAt: at('sent_at'),
  },
  (t) => [
    uniqueIndex('notifications_key').on(t.key),
    index('notifications_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} = 'pending'`),
    index('notifications_user').on(t.userId),
    // Of a group that becomes a supergroup.
    index('notifications_group')
      .on(t.chatId)
      .where(sql`${t.chatId} < 0`)
      .concurrently(),
    index('notifications_old').on(t.createdAt).concurrently(),
  ],
);

import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, primaryKey, timestamp } from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import type { Language } from './types.ts';

export const at = (name: string) => timestamp(name, { withTimezone: true });
export const createdAt = () => at('created_at').notNull().defaultNow();
export const telegramId = (name: string) => bigint(name, { mode: 'number' });

export const users = pgTable(
  'users',
  {
    /** Telegram's user id. */
    id: telegramId('id').primaryKey(),
    username: text('username'),
    firstName: text('first_name').notNull().default(''),
    language: text('language').$type<Language>().notNull().default('ru'),
    /** Chosen in the menu, so Telegram's own setting no longer changes it. */
    languageChosen: boolean('language_chosen').notNull().default(false),
    /** For the release before: `settings` has it now. */
    documentLanguage: text('document_language'),
    /** For the release before: `settings` has it now. */
    maskPersonal: boolean('mask_personal'),
    /** What they chose in their settings, by the names of core's catalogue; what is not there is as the catalogue says. */
    settings: jsonb('settings').$type<Readonly<Record<string, unknown>>>(),
    /** Everything of theirs goes then; until then they may change their mind. */
    leavingAt: at('leaving_at'),
    /** Blocked by an operator. */
    blockedAt: at('blocked_at'),
    /** Updates since `minuteAt`, which is less than a minute ago. */
    minuteAt: at('minute_at').notNull().defaultNow(),
    minuteUpdates: integer('minute_updates').notNull().default(0),
    /** Promo codes that do not exist, typed since `wrongCodesAt`, which is less than an hour ago. */
    wrongCodesAt: at('wrong_codes_at').notNull().defaultNow(),
    wrongCodes: integer('wrong_codes').notNull().default(0),
    createdAt: createdAt(),
    seenAt: at('seen_at').notNull().defaultNow(),
  },
  (t) => [
    // Who chose a number of days, among all who chose nothing; over an expression, so that PostgreSQL counts them.
    index('users_keep_recordings')
      .on(sql`jsonb_typeof(${t.settings} -> 'keepRecordings')`)
      .concurrently(),
    index('users_keep_images')
      .on(sql`jsonb_typeof(${t.settings} -> 'keepImages')`)
      .concurrently(),
  ],
);

export const chats = pgTable('chats', {
  id: telegramId('id').primaryKey(),
  type: text('type').notNull(),
  /** The user blocked the bot, or the chat is gone: nothing is sent until they come back. */
  unreachableSince: at('unreachable_since'),
  unreachableReason: text('unreachable_reason'),
  createdAt: createdAt(),
});

/** Whose the bot's messages in groups are: whom they answer. Not taken from a press, which a client may make up. */
export const groupMessages = pgTable(
  'group_messages',
  {
    chatId: telegramId('chat_id').notNull(),
    messageId: bigint('message_id', { mode: 'number' }).notNull(),
    ownerId: telegramId('owner_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.chatId, t.messageId] }), index('group_messages_old').on(t.createdAt)],
);

/** Where a person stands in a dialogue. A row, so that a restart or another process goes on where it was. */
export const conversations = pgTable(
  'conversations',
  {
    chatId: telegramId('chat_id').notNull(),
    userId: telegramId('user_id').notNull(),
    state: jsonb('state')
      .$type<Readonly<Record<string, unknown>>>()
      .notNull()
      .default(sql`'{"name":"idle"}'::jsonb`),
    /** What stays when they go on to another place: albums that were answered, photos kept for an avatar. */
    memory: jsonb('memory').$type<unknown>(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.chatId, t.userId] }),
    index('conversations_memories')
      .on(t.chatId)
      .where(sql`${t.memory} is not null`)
      .concurrently(),
  ],
);

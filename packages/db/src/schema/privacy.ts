import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, primaryKey, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import type { ExportItem, Language } from './types.ts';
import { at, createdAt, telegramId, users } from './users.ts';

/** Somebody leaves, and everything of theirs goes. The row outlives its person, and does not know any more who it was. */
export const erasures = pgTable(
  'erasures',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** No reference: their row goes before this one is done. Null once everything is gone. */
    userId: telegramId('user_id'),
    askedBy: text('asked_by').$type<'person' | 'operator' | 'restore'>().notNull(),
    language: text('language').$type<Language>().notNull(),
    state: text('state').$type<'waiting' | 'running' | 'done'>().notNull().default('waiting'),
    /** It begins when this export has been told. */
    exportId: uuid('export_id'),
    /** Until then they may change their mind. */
    dueAt: at('due_at').notNull(),
    /** The message that becomes the receipt; null: the receipt is a message of its own. */
    messageId: bigint('message_id', { mode: 'number' }),
    /** Somebody began to send a receipt of its own: nobody sends another. */
    receiptClaimedAt: at('receipt_claimed_at'),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    createdAt: createdAt(),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [
    uniqueIndex('erasures_one').on(t.userId),
    index('erasures_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} <> 'done'`),
  ],
);

/** A step that is done, with how much of what it was: counts, and nothing that leads to anybody. */
export const erasureSteps = pgTable(
  'erasure_steps',
  {
    erasureId: uuid('erasure_id')
      .notNull()
      .references(() => erasures.id, { onDelete: 'cascade' }),
    step: text('step').notNull(),
    result: jsonb('result').$type<Readonly<Record<string, number>>>().notNull(),
    doneAt: at('done_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.erasureId, t.step] })],
);

/**
 * Who has left, as a keyed hash of Telegram's number: whoever restores a backup of before erases them again. Without the
 * key nobody can tell from it who it was.
 */
export const erasedPeople = pgTable('erased_people', {
  hash: text('hash').primaryKey(),
  erasedAt: at('erased_at').notNull().defaultNow(),
});

/** Everything that is kept of somebody, as files that they asked for. */
export const dataExports = pgTable(
  'data_exports',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Where it is told; null: an operator fetches it. */
    chatId: telegramId('chat_id'),
    state: text('state').$type<'making' | 'ready' | 'failed'>().notNull().default('making'),
    /** More than Telegram takes, and given as links: decided when its parts are. */
    asLinks: boolean('as_links').notNull().default(false),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    createdAt: createdAt(),
    endedAt: at('ended_at'),
  },
  (t) => [
    uniqueIndex('data_exports_one')
      .on(t.userId)
      .where(sql`${t.state} = 'making'`),
    index('data_exports_ended').on(t.endedAt).concurrently(),
    index('data_exports_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} = 'making'`),
  ],
);

/** A zip of an export, and what goes into it: planned once, made and kept one after the other. */
export const dataExportParts = pgTable(
  'data_export_parts',
  {
    exportId: uuid('export_id')
      .notNull()
      .references(() => dataExports.id, { onDelete: 'cascade' }),
    /** From 1; the first has the data, which stand in our tables. */
    number: integer('number').notNull(),
    items: jsonb('items').$type<readonly ExportItem[]>().notNull(),
    /** Where it lies once it is made, and how big it is. */
    objectKey: text('object_key'),
    bytes: bigint('bytes', { mode: 'number' }),
  },
  (t) => [primaryKey({ columns: [t.exportId, t.number] })],
);

/** What somebody agreed to, in the words that they were shown; the version tells texts from each other. */
export const consents = pgTable(
  'consents',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** `avatar`: to photos of a person being used for one. */
    what: text('what').notNull(),
    /** What it was about. */
    subjectId: uuid('subject_id'),
    version: text('version').notNull(),
    language: text('language').$type<Language>().notNull(),
    text: text('text').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('consents_user').on(t.userId, t.createdAt)],
);

/** Where data go, as the workers are configured: written when one starts, read by /privacy. */
export const disclosures = pgTable('disclosures', {
  name: text('name').primaryKey(),
  value: jsonb('value').$type<unknown>().notNull(),
  updatedAt: at('updated_at').notNull().defaultNow(),
});

import { sql } from 'drizzle-orm';
import {
  bigint,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import { documents, recordings } from './recordings.ts';
import type { Answer, PassageLine } from './types.ts';
import { at, createdAt, telegramId, users } from './users.ts';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
/** Compared byte by byte, so that all words with the same beginning stand together in an index. */
const word = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/**
 * What search finds: some lines after each other of what was said in a recording, or of a document over it. Goes with its
 * recording, in the same transaction.
 */
export const passages = pgTable(
  'passages',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The chat of the recording: in a group its members find it. */
    chatId: telegramId('chat_id').notNull(),
    recordingId: uuid('recording_id')
      .notNull()
      .references(() => recordings.id, { onDelete: 'cascade' }),
    /** Null: what was said, or the recording's name and tags. */
    documentId: uuid('document_id').references(() => documents.id, { onDelete: 'cascade' }),
    lines: jsonb('lines').$type<readonly PassageLine[]>().notNull(),
    /** The stems of its words, Russian, English and Kazakh. */
    words: tsvector('words').notNull(),
  },
  (t) => [
    // One index for "of this person" and for "of this group": whoever searches never meets what is another's.
    // Without a list of what is still to be sorted in: a search would have to read all of it.
    index('passages_words').using('gin', t.ownerId, t.chatId, t.words).with({ fastupdate: false }),
    index('passages_recording').on(t.recordingId),
    index('passages_document')
      .on(t.documentId)
      .where(sql`${t.documentId} is not null`),
  ],
);

/** Every stem that somebody ever said or had written, so that a misspelt word or the beginning of one finds it. */
export const historyWords = pgTable(
  'history_words',
  {
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    chatId: telegramId('chat_id').notNull(),
    /** How it sounds, in Latin letters: trigrams of those are the same whatever locale the server has. */
    sound: word('sound').notNull(),
    word: word('word').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.ownerId, t.sound, t.word, t.chatId] }),
    // Words that sound like one, among those of one person or group: never the whole of what they said.
    index('history_words_alike')
      .using('gin', t.ownerId, t.chatId, t.sound.op('gin_trgm_ops'))
      .with({ fastupdate: false })
      .concurrently(),
    index('history_words_group')
      .on(t.chatId, t.sound, t.word)
      .where(sql`${t.chatId} < 0`),
  ],
);

/** Words by which somebody sorts their recordings. */
export const tags = pgTable(
  'tags',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** In small letters. */
    name: text('name').notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('tags_one').on(t.ownerId, t.name)],
);

export const recordingTags = pgTable(
  'recording_tags',
  {
    recordingId: uuid('recording_id')
      .notNull()
      .references(() => recordings.id, { onDelete: 'cascade' }),
    tagId: uuid('tag_id')
      .notNull()
      .references(() => tags.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.recordingId, t.tagId] }), index('recording_tags_tag').on(t.tagId)],
);

/** What somebody asked their recordings; kept for a day after it was answered. */
export const questions = pgTable(
  'questions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The one that was asked; null: all that its person may search. */
    recordingId: uuid('recording_id').references(() => recordings.id, { onDelete: 'cascade' }),
    /** All of this group's recordings; null: all of the person's own. */
    groupId: telegramId('group_id'),
    question: text('question').notNull(),
    answer: jsonb('answer').$type<Answer>(),
    createdAt: createdAt(),
    answeredAt: at('answered_at'),
  },
  (t) => [
    index('questions_owner').on(t.ownerId),
    index('questions_recording').on(t.recordingId),
    index('questions_old').on(t.createdAt),
    index('questions_group')
      .on(t.groupId)
      .where(sql`${t.groupId} is not null`)
      .concurrently(),
  ],
);

/** A group whose administrators want a digest of every day. */
export const groupDigests = pgTable(
  'group_digests',
  {
    chatId: telegramId('chat_id').primaryKey(),
    threadId: integer('thread_id'),
    /** The administrator who wanted it, in whose name it is ordered. */
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** From 0 to 23, in the time of the texts. */
    hour: smallint('hour').notNull(),
    nextAt: at('next_at').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('group_digests_due').on(t.nextAt), index('group_digests_user').on(t.userId)],
);

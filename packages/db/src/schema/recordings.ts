import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import type {
  Correction,
  FailureReason,
  Language,
  PieceWord,
  RecordingPart,
  RecordingSource,
  RollCall,
  Segment,
  TitleSource,
  Voice,
} from './types.ts';
import { at, createdAt, telegramId, users } from './users.ts';

export const recordings = pgTable(
  'recordings',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    chatId: telegramId('chat_id').notNull(),
    /** The message that brought it; the result answers it. 0: it has no number here (imported, or its group moved). */
    messageId: bigint('message_id', { mode: 'number' }).notNull(),
    source: text('source').$type<RecordingSource>().notNull(),
    fileId: text('file_id').notNull(),
    fileName: text('file_name'),
    mimeType: text('mime_type'),
    fileSize: bigint('file_size', { mode: 'number' }),
    title: text('title').notNull(),
    /** Where the title is from; null: from the message that brought it. What its person wrote nothing replaces. */
    titleFrom: text('title_from').$type<TitleSource>(),
    /** Names that its person gave to speakers, by their number in the transcript. */
    speakerNames: jsonb('speaker_names').$type<readonly (string | null)[]>(),
    /** What its person put right in the text; over the transcript in the bucket, which stays as it was recognised. */
    corrections: jsonb('corrections').$type<readonly Correction[]>(),
    durationMs: integer('duration_ms'),
    /** How much of it could not be read, for its file is damaged. */
    lostMs: integer('lost_ms'),
    language: text('language'),
    /** The whole text; the same text is kept as an object in the transcripts bucket. */
    text: text('text'),
    segments: jsonb('segments').$type<readonly Segment[]>(),
    transcriptKey: text('transcript_key'),
    /** Whether who speaks is to be told apart; null: nobody chose. */
    wantSpeakers: boolean('want_speakers'),
    /** Of several voices that became one recording: where each is and who sent it, in their order. */
    voices: jsonb('voices').$type<readonly Voice[]>(),
    /** A sample of each speaker's voice, put before the other pieces: who speaks when in it. */
    rollCall: jsonb('roll_call').$type<readonly RollCall[]>(),
    /** Stretches that could not be recognised, or were not wanted any more. */
    missing: jsonb('missing').$type<readonly { readonly startMs: number; readonly endMs: number }[]>(),
    /** Its owner wants what is done so far, and no more. */
    stoppedAt: at('stopped_at'),
    /** The recordings that it was merged from, in their order. */
    parts: jsonb('parts').$type<readonly RecordingPart[]>(),
    /** It became a part of this one, which stands in the history in its place. */
    mergedInto: uuid('merged_into').references((): AnyPgColumn => recordings.id, { onDelete: 'set null' }),
    /** When search has to take it in (anew); null: it has. Whoever changes what is said or its name sets it. */
    indexDueAt: at('index_due_at').defaultNow(),
    createdAt: createdAt(),
    transcribedAt: at('transcribed_at'),
    deletedAt: at('deleted_at'),
  },
  (t) => [
    index('recordings_owner').on(t.ownerId, t.createdAt),
    index('recordings_group')
      .on(t.chatId, t.createdAt)
      .where(sql`${t.chatId} < 0`),
    index('recordings_deleted')
      .on(t.ownerId)
      .where(sql`${t.deletedAt} is not null`)
      .concurrently(),
    index('recordings_merged')
      .on(t.mergedInto)
      .where(sql`${t.mergedInto} is not null`),
    index('recordings_unindexed')
      .on(t.indexDueAt)
      .where(sql`${t.indexDueAt} is not null and ${t.transcribedAt} is not null and ${t.deletedAt} is null`),
  ],
);

/** A photo of a slide or a whiteboard that belongs to a recording: what is written on it, documents over it are given. */
export const recordingSlides = pgTable(
  'recording_slides',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    recordingId: uuid('recording_id')
      .notNull()
      .references(() => recordings.id, { onDelete: 'cascade' }),
    chatId: telegramId('chat_id').notNull(),
    /** The message with the photo; what became of it answers it. */
    messageId: bigint('message_id', { mode: 'number' }).notNull(),
    fileId: text('file_id').notNull(),
    /** What is written on it; empty: nothing. */
    text: text('text'),
    failure: text('failure').$type<FailureReason>(),
    createdAt: createdAt(),
    doneAt: at('done_at'),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('recording_slides_one').on(t.recordingId, t.chatId, t.messageId),
    index('recording_slides_open')
      .on(t.nextCheckAt)
      .where(sql`${t.doneAt} is null`),
  ],
);

/** A stretch of a recording, cut at a pause, that is transcribed and retried by itself. */
export const recordingPieces = pgTable(
  'recording_pieces',
  {
    recordingId: uuid('recording_id')
      .notNull()
      .references(() => recordings.id, { onDelete: 'cascade' }),
    index: integer('index').notNull(),
    startMs: integer('start_ms').notNull(),
    endMs: integer('end_ms').notNull(),
    objectKey: text('object_key').notNull(),
    /** Near-silent: not sent, so that nothing is invented. */
    silent: boolean('silent').notNull().default(false),
    /** How much of it is louder than silence. */
    voicedMs: integer('voiced_ms').notNull(),
    /** How often the model was asked for it: counted before each call, for each is paid. */
    asked: integer('asked').notNull().default(0),
    text: text('text'),
    language: text('language'),
    segments: jsonb('segments').$type<readonly Segment[]>(),
    /** What of the recording its sound holds: more than the piece itself where it was cut in the middle of speech. */
    audioStartMs: integer('audio_start_ms'),
    audioEndMs: integer('audio_end_ms'),
    /** From when to when something is to be heard, milliseconds of the recording. */
    voiced: jsonb('voiced').$type<readonly (readonly [number, number])[]>(),
    /** The words of `text` with their times. */
    words: jsonb('words').$type<readonly PieceWord[]>(),
    /** Who recognised it, and how often others failed to. */
    recogniser: text('recogniser'),
    tries: jsonb('tries').$type<Readonly<Record<string, number>>>().notNull().default({}),
    /** Nobody could recognise it: why. */
    failure: text('failure').$type<FailureReason>(),
    doneAt: at('done_at'),
  },
  (t) => [primaryKey({ columns: [t.recordingId, t.index] })],
);

export const documents = pgTable(
  'documents',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    recordingId: uuid('recording_id')
      .notNull()
      .references(() => recordings.id, { onDelete: 'cascade' }),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** One of `core`'s kinds of document, `own:<template>` for one of a person's; a newer release may have written others. */
    kind: text('kind').notNull(),
    /** The language in which it is written: a code (ISO 639-1), or the name that somebody wrote. */
    language: text('language').notNull(),
    content: jsonb('content').$type<Readonly<Record<string, unknown>>>(),
    /** When each line that the content names was said, in milliseconds; null where nobody knows. */
    moments: jsonb('moments').$type<Readonly<Record<string, number | null>>>(),
    /** Which of its tasks are done, by their place. */
    done: jsonb('done').$type<readonly number[]>(),
    /** When its person is next reminded of what is due that day; null: they are not. */
    remindAt: at('remind_at'),
    remindChatId: telegramId('remind_chat_id'),
    remindThreadId: telegramId('remind_thread_id'),
    objectKey: text('object_key'),
    /** When search has to take it in; null: it has. */
    indexDueAt: at('index_due_at').defaultNow(),
    createdAt: createdAt(),
    writtenAt: at('written_at'),
  },
  (t) => [
    index('documents_unindexed')
      .on(t.indexDueAt)
      .where(sql`${t.indexDueAt} is not null and ${t.writtenAt} is not null`),
    index('documents_remind')
      .on(t.remindAt)
      .where(sql`${t.remindAt} is not null`),
    uniqueIndex('documents_one').on(t.recordingId, t.kind, t.language),
    index('documents_owner').on(t.ownerId),
  ],
);

/**
 * A stretch of a text over which a document is written, or a merge of what was written over several. Each is asked for
 * once; they are kept only while the document is being written.
 */
export const documentSections = pgTable(
  'document_sections',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    documentId: uuid('document_id')
      .notNull()
      .references(() => documents.id, { onDelete: 'cascade' }),
    /** 0: of the text itself; a merge is one higher than what it merges. */
    level: integer('level').notNull(),
    /** What it covers of the text, in UTF-16 units; the sections of a level cover it whole, without overlapping. */
    from: integer('from_char').notNull(),
    to: integer('to_char').notNull(),
    /** What the model filled in; null until then. */
    result: jsonb('result').$type<Readonly<Record<string, unknown>>>(),
    /** Answers that were paid for and are of no use. */
    spoiled: integer('spoiled').notNull().default(0),
    /** While one process asks, no other does. */
    claimedUntil: at('claimed_until'),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('document_sections_one').on(t.documentId, t.level, t.from)],
);

/** What somebody wants a document to be like, in their own words; the documents made by it keep its id in their kind. */
export const documentTemplates = pgTable(
  'document_templates',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    instruction: text('instruction').notNull(),
    createdAt: createdAt(),
    /** Not offered any more; what was made by it stays. */
    deletedAt: at('deleted_at'),
  },
  (t) => [index('document_templates_owner').on(t.ownerId, t.createdAt)],
);

/**
 * A file that somebody asked for: a recording's text or a document in a format, or the cut of sound around a line. It is
 * made once and sent from the bucket again as long as what it shows is the same.
 */
export const recordingExports = pgTable(
  'recording_exports',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    recordingId: uuid('recording_id')
      .notNull()
      .references(() => recordings.id, { onDelete: 'cascade' }),
    /** Null: of the recording itself. */
    documentId: uuid('document_id').references(() => documents.id, { onDelete: 'cascade' }),
    /** One of `export`'s formats, or `sound`. */
    format: text('format').notNull(),
    /** Of sound: around which line of the transcript. */
    line: integer('line'),
    /** The language of the words that are ours. */
    language: text('language').$type<Language>().notNull(),
    /** Of what it shows: another one, and it is made anew. */
    fingerprint: text('fingerprint'),
    objectKey: text('object_key'),
    fileName: text('file_name'),
    /** Of sound: what is said there, as Telegram's HTML. */
    caption: text('caption'),
    createdAt: createdAt(),
    madeAt: at('made_at'),
  },
  (t) => [
    unique('recording_exports_one')
      .on(t.recordingId, t.documentId, t.format, t.line, t.language)
      .nullsNotDistinct(),
    index('recording_exports_document').on(t.documentId),
    index('recording_exports_owner').on(t.ownerId),
  ],
);

/** Names and terms that recognisers are told to expect in what this person sends. */
export const vocabulary = pgTable(
  'vocabulary',
  {
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    term: text('term').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.term] })],
);

import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import { orders } from './orders.ts';
import type { AvatarKind, AvatarState, FailureReason, PHOTO_STATES, PhotoProblem, Subject } from './types.ts';
import { at, createdAt, telegramId, users } from './users.ts';

export const avatars = pgTable(
  'avatars',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    chatId: telegramId('chat_id').notNull(),
    /** The topic of a forum, or of a private chat with topics; null: none, or General, which is addressed by none. */
    threadId: integer('thread_id'),
    kind: text('kind').$type<AvatarKind>().notNull(),
    name: text('name').notNull(),
    /** How the person is called in prompts; null for a style. */
    subject: text('subject').$type<Subject>(),
    consentAt: at('consent_at'),
    state: text('state').$type<AvatarState>().notNull().default('draft'),
    isMain: boolean('is_main').notNull().default(false),
    /** Row of the model catalogue that trained it, and the word that calls it in a prompt. */
    model: text('model'),
    trigger: text('trigger'),
    /** FAL's address of the model file, and our own checked copy of it. */
    modelUrl: text('model_url'),
    modelKey: text('model_key'),
    previewKey: text('preview_key'),
    failure: text('failure').$type<FailureReason>(),
    /** The message with the photo counter. */
    screenMessageId: bigint('screen_message_id', { mode: 'number' }),
    /** Photos changed since the counter was last shown. */
    screenDueAt: at('screen_due_at'),
    createdAt: createdAt(),
    trainedAt: at('trained_at'),
    deletedAt: at('deleted_at'),
    /** Objects no longer needed (photos after a training, everything after deletion) are gone. */
    tidiedAt: at('tidied_at'),
  },
  (t) => [
    uniqueIndex('avatars_name')
      .on(t.ownerId, sql`lower(${t.name})`)
      .where(sql`${t.state} <> 'deleted'`),
    uniqueIndex('avatars_main')
      .on(t.ownerId)
      .where(sql`${t.isMain}`),
    index('avatars_screen_due')
      .on(t.screenDueAt)
      .where(sql`${t.screenDueAt} is not null`),
  ],
);

export const avatarPhotos = pgTable(
  'avatar_photos',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    avatarId: uuid('avatar_id')
      .notNull()
      .references(() => avatars.id, { onDelete: 'cascade' }),
    /** Telegram's ids: one to download, one to recognise the same file. */
    fileId: text('file_id').notNull(),
    fileUniqueId: text('file_unique_id').notNull(),
    fileSize: bigint('file_size', { mode: 'number' }),
    /** It is a zip; each picture in it becomes a row of its own. */
    isArchive: boolean('is_archive').notNull().default(false),
    /** Of a picture from a zip: where it lies until it is judged. Telegram has only the zip. */
    sourceKey: text('source_key'),
    state: text('state').$type<(typeof PHOTO_STATES)[number]>().notNull().default('received'),
    /** Why it was rejected: a key of the texts. */
    reason: text('reason').$type<PhotoProblem>(),
    objectKey: text('object_key'),
    width: integer('width'),
    height: integer('height'),
    /** Hex of an 8×8 RGB miniature, to recognise the same picture. */
    miniature: text('miniature'),
    checks: integer('checks').notNull().default(0),
    nextCheckAt: at('next_check_at').notNull().defaultNow(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('avatar_photos_file').on(t.avatarId, t.fileUniqueId),
    index('avatar_photos_due')
      .on(t.nextCheckAt)
      .where(sql`${t.state} = 'received'`),
  ],
);

export const images = pgTable(
  'images',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    index: integer('index').notNull(),
    ownerId: telegramId('owner_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    avatarId: uuid('avatar_id').references(() => avatars.id, { onDelete: 'set null' }),
    prompt: text('prompt').notNull(),
    promptSent: text('prompt_sent').notNull(),
    aspect: text('aspect').notNull(),
    seed: text('seed'),
    width: integer('width').notNull(),
    height: integer('height').notNull(),
    contentType: text('content_type').notNull(),
    objectKey: text('object_key').notNull(),
    details: jsonb('details').$type<Readonly<Record<string, unknown>>>(),
    favourite: boolean('favourite').notNull().default(false),
    createdAt: createdAt(),
    deletedAt: at('deleted_at'),
  },
  (t) => [
    uniqueIndex('images_order').on(t.orderId, t.index),
    index('images_owner').on(t.ownerId, t.createdAt),
  ],
);

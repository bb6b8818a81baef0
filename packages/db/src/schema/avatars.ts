import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgTable, real, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { jsonb, text } from './columns.ts';
import { orders } from './orders.ts';
import type {
  AvatarKind,
  AvatarState,
  FaceFacts,
  FailureReason,
  PHOTO_STATES,
  PhotoDoubt,
  PhotoProblem,
  Subject,
} from './types.ts';
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
    /** Which text was agreed to. Null: one from before faces were measured, so they are not. */
    consentVersion: text('consent_version'),
    state: text('state').$type<AvatarState>().notNull().default('draft'),
    isMain: boolean('is_main').notNull().default(false),
    /** Drawn from its photos, which stay; nothing is trained. */
    instant: boolean('instant').notNull().default(false),
    /** Of an instant one: its photos, as they are, were found to show no minor and no nudity. */
    judgedAt: at('judged_at'),
    /** Row of the model catalogue that trained it, and the word that calls it in a prompt. */
    model: text('model'),
    trigger: text('trigger'),
    /** FAL's address of the model file, and our own checked copy of it. */
    modelUrl: text('model_url'),
    modelKey: text('model_key'),
    previewKey: text('preview_key'),
    /** Of the best first picture: the share of the photos that it is like, 0 to 1; null: nothing could be measured. */
    likeness: real('likeness'),
    /** Until then its owner may choose a free training or the money; its photos stay. Null: there is nothing to choose. */
    redoUntil: at('redo_until'),
    /** Its first pictures are to be measured and told. */
    likenessDueAt: at('likeness_due_at'),
    /** The training that made its model. */
    trainedBy: uuid('trained_by'),
    failure: text('failure').$type<FailureReason>(),
    /** The message with the photo counter. */
    screenMessageId: bigint('screen_message_id', { mode: 'number' }),
    /** What a press has put into that message instead of the counter; null: the counter. */
    screenShows: text('screen_shows').$type<'presets' | 'saved' | 'doubted'>(),
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
    index('avatars_owner').on(t.ownerId).concurrently(),
    // Of a group that becomes a supergroup.
    index('avatars_group')
      .on(t.chatId)
      .where(sql`${t.chatId} < 0`)
      .concurrently(),
    index('avatars_untidy')
      .on(t.id)
      .where(sql`${t.tidiedAt} is null and ${t.state} in ('ready', 'deleted')`)
      .concurrently(),
    index('avatars_likeness_due')
      .on(t.likenessDueAt)
      .where(sql`${t.likenessDueAt} is not null`),
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
    /** What its owner is asked about it, and that they said to keep it. */
    doubt: text('doubt').$type<PhotoDoubt>(),
    keptAt: at('kept_at'),
    face: jsonb('face').$type<FaceFacts>(),
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

/**
 * Faces of an avatar's photos as 128 numbers: biometric data, kept with the person's consent as long as the avatar lives,
 * longer than the photos, and never logged.
 */
export const avatarFaces = pgTable(
  'avatar_faces',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    avatarId: uuid('avatar_id')
      .notNull()
      .references(() => avatars.id, { onDelete: 'cascade' }),
    photoId: uuid('photo_id').notNull(),
    embedding: real('embedding').array().notNull(),
  },
  (t) => [index('avatar_faces_avatar').on(t.avatarId), uniqueIndex('avatar_faces_photo').on(t.photoId)],
);

/** Somebody who may draw with another's avatar until its owner takes that back. */
export const avatarShares = pgTable(
  'avatar_shares',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    avatarId: uuid('avatar_id')
      .notNull()
      .references(() => avatars.id, { onDelete: 'cascade' }),
    userId: telegramId('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('avatar_shares_one').on(t.avatarId, t.userId),
    index('avatar_shares_user').on(t.userId),
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
    /** Telegram's, of the bot that sent it as a photo or a video; it may be refused, then the object is sent again. */
    fileId: text('file_id'),
    details: jsonb('details').$type<Readonly<Record<string, unknown>>>(),
    /** The share of the avatar's photos that it is like, 0 to 1; null: not measured. */
    likeness: real('likeness'),
    favourite: boolean('favourite').notNull().default(false),
    createdAt: createdAt(),
    deletedAt: at('deleted_at'),
  },
  (t) => [
    uniqueIndex('images_order').on(t.orderId, t.index),
    index('images_owner').on(t.ownerId, t.createdAt),
    index('images_avatar')
      .on(t.avatarId)
      .where(sql`${t.avatarId} is not null`)
      .concurrently(),
    index('images_deleted')
      .on(t.deletedAt)
      .where(sql`${t.deletedAt} is not null`)
      .concurrently(),
    // The gallery, read backwards from a card: all of it, the favourites, and of an avatar.
    index('images_cards')
      .on(t.ownerId, t.createdAt, t.index, t.id)
      .where(sql`${t.deletedAt} is null`),
    index('images_favourite_cards')
      .on(t.ownerId, t.createdAt, t.index, t.id)
      .where(sql`${t.deletedAt} is null and ${t.favourite}`),
    index('images_avatar_cards')
      .on(t.ownerId, t.avatarId, t.createdAt, t.index, t.id)
      .where(sql`${t.deletedAt} is null`),
  ],
);

/** What a style pack looks like, drawn by the product itself; without one its screen is text. */
export const stylePreviews = pgTable('style_previews', {
  pack: text('pack').primaryKey(),
  objectKey: text('object_key').notNull(),
  fileId: text('file_id'),
  createdAt: createdAt(),
});

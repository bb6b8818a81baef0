import { canBeSeen, charactersOf, storable } from '@aisha/service';
import {
  type AvatarKind,
  avatarFaces,
  avatarPhotos,
  avatarShares,
  avatars,
  images,
  type Place,
  type PhotoProblem,
  type Subject,
  type Tx,
} from '@aisha/db';
import { and, count, desc, eq, inArray, isNull, max, ne, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import { type OrderRefusal, type Placed, placeOrder } from '../orders/orders.ts';
import type { PresetName } from '../fal/models/trainer.ts';
import { waitsAs } from '../users/turns.ts';

export type Avatar = typeof avatars.$inferSelect;

export const NAME_LENGTH = { min: 2, max: 50 } as const;
export const PHOTO_COUNT = { min: 10, max: 20 } as const;
/** Of an avatar that nothing is trained for. */
export const INSTANT_PHOTO_COUNT = { min: 1, max: 10 } as const;
export const photoLimits = ({ instant }: Pick<Avatar, 'instant'>) =>
  instant ? INSTANT_PHOTO_COUNT : PHOTO_COUNT;

export interface PhotoCounts {
  readonly received: number;
  readonly accepted: number;
  readonly rejected: number;
}

/** Of the index over names, in bytes; a letter may carry any number of marks. */
const LONGEST_NAME_BYTES = 1_000;

/**
 * Trims and joins white space; null when too few signs of it can be seen or it is too long, in characters as people count
 * them.
 */
export function avatarName(text: string): string | null {
  const name = storable(text)
    .normalize('NFC')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) return null;
  const seen = Array.from(name).filter(canBeSeen).length;
  return seen >= NAME_LENGTH.min && charactersOf(name).length <= NAME_LENGTH.max ? name : null;
}

export async function nameTaken(tx: Tx, ownerId: number, name: string): Promise<boolean> {
  const [row] = await tx
    .select({ id: avatars.id })
    .from(avatars)
    .where(
      and(
        eq(avatars.ownerId, ownerId),
        ne(avatars.state, 'deleted'),
        sql`lower(${avatars.name}) = lower(${name})`,
      ),
    );
  return row !== undefined;
}

/** Until an avatar is trained its photos are kept, a hundred megabytes at most; nobody collects for more at once. */
const MOST_OPEN = 10;

/** Whether somebody has begun as many avatars as they may; asked under the lock of their row. */
export async function hasManyOpen(tx: Pick<Tx, '$count'>, ownerId: number): Promise<boolean> {
  const open = and(eq(avatars.ownerId, ownerId), inArray(avatars.state, ['draft', 'failed']));
  return (await tx.$count(avatars, open)) >= MOST_OPEN;
}

/** A draft that photos can be sent to; null when the owner has an avatar of that name. */
export async function createAvatar(
  { tx }: Unit,
  draft: Place & {
    ownerId: number;
    kind: AvatarKind;
    name: string;
    subject: Subject | null;
    /** Which text was agreed to, of those that say that faces are measured. */
    consentVersion?: string | null;
    instant?: boolean | undefined;
  },
): Promise<Avatar | null> {
  const [avatar] = await tx
    .insert(avatars)
    .values({ ...draft, consentAt: sql`now()` })
    .onConflictDoNothing()
    .returning();
  return avatar ?? null;
}

/** Somebody else's avatar is not found, whatever its state. */
export async function findAvatar(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  id: string,
): Promise<Avatar | null> {
  const [avatar] = await tx
    .select()
    .from(avatars)
    .where(and(eq(avatars.id, id), eq(avatars.ownerId, ownerId), ne(avatars.state, 'deleted')));
  return avatar ?? null;
}

export async function listAvatars(tx: Pick<Tx, 'select'>, ownerId: number): Promise<Avatar[]> {
  return tx
    .select()
    .from(avatars)
    .where(and(eq(avatars.ownerId, ownerId), ne(avatars.state, 'deleted')))
    .orderBy(desc(avatars.isMain), desc(avatars.createdAt))
    .limit(50);
}

/** The avatar that pictures are made with when none is named: the main one, else the newest that is ready. */
export async function mainAvatar(tx: Pick<Tx, 'select'>, ownerId: number): Promise<Avatar | null> {
  const [avatar] = await tx
    .select()
    .from(avatars)
    .where(and(eq(avatars.ownerId, ownerId), eq(avatars.state, 'ready')))
    .orderBy(desc(avatars.isMain), desc(avatars.trainedAt))
    .limit(1);
  return avatar ?? null;
}

export async function photoCounts(tx: Pick<Tx, 'select'>, avatarId: string): Promise<PhotoCounts> {
  const rows = await tx
    .select({ state: avatarPhotos.state, n: count() })
    .from(avatarPhotos)
    .where(eq(avatarPhotos.avatarId, avatarId))
    .groupBy(avatarPhotos.state);
  const of = (state: string) => rows.find((row) => row.state === state)?.n ?? 0;
  return { received: of('received'), accepted: of('accepted'), rejected: of('rejected') };
}

/** Why photos were turned down, each reason with its count. */
export async function rejections(
  tx: Pick<Tx, 'select'>,
  avatarId: string,
): Promise<{ reason: PhotoProblem; n: number }[]> {
  const rows = await tx
    .select({ reason: avatarPhotos.reason, n: count() })
    .from(avatarPhotos)
    .where(and(eq(avatarPhotos.avatarId, avatarId), eq(avatarPhotos.state, 'rejected')))
    .groupBy(avatarPhotos.reason);
  return rows.map((row) => ({ reason: row.reason ?? 'unreadable', n: row.n }));
}

export interface IncomingPhoto {
  readonly fileId: string;
  readonly fileUniqueId: string;
  readonly fileSize: number | null;
  /** A zip: the pictures in it are taken. */
  readonly isArchive?: boolean | undefined;
  /** Of a picture from a zip: where it lies. */
  readonly sourceKey?: string | undefined;
}

/**
 * Takes a photo for a draft; what comes after the twentieth is turned down at once, and `full` when it comes again.
 * `duplicate` for a file sent before that is not turned down. The check itself is the worker's: it downloads.
 */
export async function addPhoto(
  unit: Unit,
  avatar: Pick<Avatar, 'id' | 'state'>,
  photo: IncomingPhoto,
): Promise<'added' | 'duplicate' | 'full' | 'closed'> {
  if (avatar.state !== 'draft' && avatar.state !== 'failed') return 'closed';
  // The avatar's lock keeps two photos that come at once from both being the twentieth.
  const [held] = await unit.tx
    .select({ ownerId: avatars.ownerId, instant: avatars.instant })
    .from(avatars)
    .where(eq(avatars.id, avatar.id))
    .for('update');
  if (!held) return 'closed';
  const counts = await photoCounts(unit.tx, avatar.id);
  const full = counts.accepted + counts.received >= photoLimits(held).max;
  const [row] = await unit.tx
    .insert(avatarPhotos)
    .values({
      avatarId: avatar.id,
      ...photo,
      ...(full ? { state: 'rejected' as const, reason: 'too_many' as const } : {}),
      nextCheckAt: sql`now() + interval '15 seconds'`,
    })
    // No refusal is for ever: what was turned down and comes again is judged again.
    .onConflictDoUpdate({
      target: [avatarPhotos.avatarId, avatarPhotos.fileUniqueId],
      set: {
        state: 'received',
        reason: null,
        doubt: null,
        keptAt: null,
        fileId: sql`excluded.file_id`,
        sourceKey: sql`excluded.source_key`,
        nextCheckAt: sql`excluded.next_check_at`,
      },
      setWhere: sql`${avatarPhotos.state} = 'rejected' and not ${full}`,
    })
    .returning({ id: avatarPhotos.id });
  if (!row) return full && (await isRejected(unit.tx, avatar.id, photo)) ? 'full' : 'duplicate';
  // In rounds: one person's album does not hold up another's first photo.
  if (!full)
    unit.enqueue(
      'photo.check',
      { photoId: row.id },
      { turn: Math.floor(counts.received / 4), by: waitsAs(held.ownerId) },
    );
  await showCounter(unit, avatar.id);
  return 'added';
}

async function isRejected(tx: Tx, avatarId: string, { fileUniqueId }: IncomingPhoto): Promise<boolean> {
  const [row] = await tx
    .select({ state: avatarPhotos.state })
    .from(avatarPhotos)
    .where(and(eq(avatarPhotos.avatarId, avatarId), eq(avatarPhotos.fileUniqueId, fileUniqueId)));
  return row?.state === 'rejected';
}

/** Has the counter message edited soon; many photos that come at once make one edit. */
export async function showCounter(unit: Unit, avatarId: string): Promise<void> {
  await unit.tx
    .update(avatars)
    .set({ screenDueAt: sql`now() + interval '10 seconds'` })
    .where(eq(avatars.id, avatarId));
  unit.enqueue('avatar.screen', { avatarId }, { debounceMs: 600 });
}

/** Where the counter is shown from now on; null until its new message is sent. */
export async function placeCounter(
  { tx }: Unit,
  avatarId: string,
  { chatId, threadId = null }: Place,
  messageId: number | null,
): Promise<void> {
  await tx
    .update(avatars)
    .set({ chatId, threadId, screenMessageId: messageId, screenShows: null })
    .where(eq(avatars.id, avatarId));
}

/** A press showed something else in that message: what edits the counter later shows that, not the counter over it. */
export async function showInCounter(
  { tx }: Unit,
  avatarId: string,
  messageId: number | undefined,
  screenShows: 'presets' | 'saved' | 'doubted',
): Promise<void> {
  if (messageId === undefined) return;
  await tx
    .update(avatars)
    .set({ screenShows })
    .where(and(eq(avatars.id, avatarId), eq(avatars.screenMessageId, messageId)));
}

/** Takes single photos away, with what their faces measured; their files follow by a job. Says how many there were. */
export async function removePhotoRows(unit: Unit, avatarId: string, ids: readonly string[]): Promise<number> {
  await unit.tx
    .delete(avatarFaces)
    .where(and(eq(avatarFaces.avatarId, avatarId), inArray(avatarFaces.photoId, [...ids])));
  const gone = await unit.tx
    .delete(avatarPhotos)
    .where(and(eq(avatarPhotos.avatarId, avatarId), inArray(avatarPhotos.id, [...ids])))
    .returning({ id: avatarPhotos.id });
  if (gone.length > 0) unit.enqueue('avatar.tidy', { avatarId });
  return gone.length;
}

/** Takes photos away; their files follow by a job. */
export async function clearPhotos(unit: Unit, avatarId: string): Promise<void> {
  await unit.tx.delete(avatarFaces).where(eq(avatarFaces.avatarId, avatarId));
  await unit.tx.delete(avatarPhotos).where(eq(avatarPhotos.avatarId, avatarId));
  unit.enqueue('avatar.tidy', { avatarId });
}

export type TrainingRefusal = 'too_few' | 'checking' | 'closed';

/** Orders the training of a draft. Its photos are fixed from here on. */
export async function orderTraining(
  unit: Unit,
  avatar: Avatar,
  preset: PresetName,
  screen: Place & { messageId: number | undefined; shown?: number },
): Promise<Placed<TrainingRefusal | OrderRefusal>> {
  const [locked] = await unit.tx.select().from(avatars).where(eq(avatars.id, avatar.id)).for('update');
  if (!locked || (locked.state !== 'draft' && locked.state !== 'failed'))
    return { kind: 'refused', reason: 'closed' };
  const counts = await photoCounts(unit.tx, avatar.id);
  if (counts.received > 0) return { kind: 'refused', reason: 'checking' };
  if (counts.accepted < PHOTO_COUNT.min) return { kind: 'refused', reason: 'too_few' };
  return placeOrder(unit, {
    ownerId: avatar.ownerId,
    chatId: screen.chatId,
    threadId: screen.threadId,
    kind: 'training',
    subjectId: avatar.id,
    input: { preset },
    statusMessageId: screen.messageId,
    shown: screen.shown,
  });
}

export async function makeMain({ tx }: Unit, avatar: Pick<Avatar, 'id' | 'ownerId'>): Promise<void> {
  await tx
    .update(avatars)
    .set({ isMain: false })
    .where(and(eq(avatars.ownerId, avatar.ownerId), avatars.isMain));
  await tx.update(avatars).set({ isMain: true }).where(eq(avatars.id, avatar.id));
}

export async function renameAvatar({ tx }: Unit, avatar: Avatar, name: string): Promise<boolean> {
  if (name.toLowerCase() !== avatar.name.toLowerCase() && (await nameTaken(tx, avatar.ownerId, name)))
    return false;
  await tx.update(avatars).set({ name }).where(eq(avatars.id, avatar.id));
  return true;
}

/** Deletes an avatar that is not being trained; its objects follow by a job. */
export async function deleteAvatar(unit: Unit, avatar: Avatar): Promise<boolean> {
  const [row] = await unit.tx
    .update(avatars)
    .set({ state: 'deleted', isMain: false, deletedAt: sql`now()`, tidiedAt: null, screenDueAt: null })
    .where(and(eq(avatars.id, avatar.id), inArray(avatars.state, ['draft', 'ready', 'failed'])))
    .returning({ id: avatars.id });
  if (!row) return false;
  // What the faces measured goes at once, with whoever else could draw with it.
  await unit.tx.delete(avatarFaces).where(eq(avatarFaces.avatarId, row.id));
  await unit.tx.delete(avatarShares).where(eq(avatarShares.avatarId, row.id));
  unit.enqueue('avatar.tidy', { avatarId: row.id });
  return true;
}

export interface AvatarFigures {
  /** Pictures that are there, whoever drew them, and of them those that somebody marked. */
  readonly pictures: number;
  readonly favourites: number;
  readonly lastAt: Date | null;
  /** Photos that are still kept, and those whose faces were measured. */
  readonly photos: number;
  readonly measured: number;
}

/** True figures of an avatar for its card: rows counted, nothing estimated. */
export async function avatarFigures(tx: Pick<Tx, 'select'>, avatarId: string): Promise<AvatarFigures> {
  const [drawn] = await tx
    .select({
      n: count(),
      favourites: sql<number>`count(*) filter (where ${images.favourite})`.mapWith(Number),
      lastAt: max(images.createdAt),
    })
    .from(images)
    .where(and(eq(images.avatarId, avatarId), isNull(images.deletedAt)));
  const [faces] = await tx.select({ n: count() }).from(avatarFaces).where(eq(avatarFaces.avatarId, avatarId));
  const { accepted } = await photoCounts(tx, avatarId);
  return {
    pictures: drawn?.n ?? 0,
    favourites: drawn?.favourites ?? 0,
    lastAt: drawn?.lastAt ?? null,
    photos: accepted,
    measured: faces?.n ?? 0,
  };
}

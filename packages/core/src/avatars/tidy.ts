import { avatarPhotos, avatars } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { and, eq, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import type { WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { sourcePrefix } from './archive.ts';
import type { Avatar } from './avatars.ts';
import { eraseAtFal } from './erase-at-fal.ts';

/**
 * Job: removes what is no longer needed: of a deleted avatar everything, of a trained one every photo but the
 * preview, of a draft the photos that its owner took away. Goes by what is in the bucket, so that nothing stays that
 * no row knows any more. Harmless to repeat.
 */
export async function tidyAvatar(parts: WorkerParts, avatarId: string): Promise<void> {
  const [avatar] = await parts.db.select().from(avatars).where(eq(avatars.id, avatarId));
  if (!avatar) return;
  switch (avatar.state) {
    case 'deleted':
      if (avatar.tidiedAt !== null) return;
      await parts.storage.deletePrefix('avatars', objectKey(avatar.ownerId, 'avatars', avatar.id, ''));
      if (!(await eraseAtFal(parts, avatar.id))) await tellOfRest(parts, avatar);
      return forgetPhotos(parts, avatar);
    case 'ready':
      // An instant one is drawn from its photos: they stay, and what is none of them goes.
      if (avatar.tidiedAt !== null) return;
      if (avatar.instant) {
        await removeOthers(parts, avatar);
        return noteTidied(parts, avatar);
      }
      if (isUndecided(avatar)) return;
      await removePhotos(parts, avatar, [avatar.previewKey]);
      return forgetPhotos(parts, avatar);
    case 'draft':
    case 'failed':
      return removeOthers(parts, avatar);
    case 'training':
      return;
    default:
      avatar.state satisfies never;
  }
}

/** Keeps what the rows of its photos name, and what is being checked or unpacked: that is in the bucket before a row names it. */
async function removeOthers(parts: WorkerParts, avatar: Avatar): Promise<void> {
  const rows = await parts.db
    .select({ id: avatarPhotos.id, key: avatarPhotos.objectKey, source: avatarPhotos.sourceKey })
    .from(avatarPhotos)
    .where(eq(avatarPhotos.avatarId, avatar.id));
  return removePhotos(
    parts,
    avatar,
    rows.flatMap(({ id, key, source }) => [key, photoKey(avatar, id), source]),
    rows.map(({ id }) => sourcePrefix(avatar, id)),
  );
}

/** What FAL does not let us delete is said to its owner. */
async function tellOfRest(parts: WorkerParts, { id, ownerId, name }: Avatar): Promise<void> {
  await transact(parts, (unit) =>
    notify(unit, { userId: ownerId, chatId: ownerId }, `not-erased:${id}`, {
      kind: 'avatar.rest',
      data: { name },
    }),
  );
}

/** Its photos may be needed for another training. */
const isUndecided = ({ likenessDueAt, redoUntil }: Avatar): boolean =>
  likenessDueAt !== null || (redoUntil !== null && redoUntil > new Date());

/** Where the picture of its card is kept. */
export function previewKeyOf(avatar: Pick<Avatar, 'id' | 'ownerId'>, contentType: string): string {
  const extension = contentType.split('/')[1] ?? 'jpeg';
  return objectKey(avatar.ownerId, 'avatars', avatar.id, `preview.${extension}`);
}

/** Where a checked photo is kept. */
export function photoKey(avatar: Pick<Avatar, 'id' | 'ownerId'>, photoId: string): string {
  return objectKey(avatar.ownerId, 'avatars', avatar.id, `photos/${photoId}.jpg`);
}

async function removePhotos(
  parts: WorkerParts,
  avatar: Avatar,
  kept: readonly (string | null)[],
  keptPrefixes: readonly string[] = [],
): Promise<void> {
  const prefix = objectKey(avatar.ownerId, 'avatars', avatar.id, 'photos/');
  for await (const { key } of parts.storage.list('avatars', prefix))
    if (!kept.includes(key) && !keptPrefixes.some((one) => key.startsWith(one)))
      await parts.storage.delete('avatars', key);
}

async function forgetPhotos(parts: WorkerParts, avatar: Avatar): Promise<void> {
  await parts.db.delete(avatarPhotos).where(eq(avatarPhotos.avatarId, avatar.id));
  await noteTidied(parts, avatar);
}

async function noteTidied(parts: WorkerParts, avatar: Avatar): Promise<void> {
  await parts.db
    .update(avatars)
    .set({ tidiedAt: sql`now()` })
    .where(and(eq(avatars.id, avatar.id), eq(avatars.state, avatar.state)));
}

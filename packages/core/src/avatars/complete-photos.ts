import { avatarPhotos } from '@aisha/db';
import { eq } from 'drizzle-orm';
import type { Run, WorkerParts } from '../parts.ts';
import { waitsAs } from '../users/turns.ts';
import type { Avatar } from './avatars.ts';
import { fetchPhoto, judgePhoto } from './photos.ts';
import { photoKey } from './tidy.ts';

type Row = typeof avatarPhotos.$inferSelect;

/**
 * The photos of a training that are really in the bucket. One that is not is fetched from Telegram again; one that cannot be
 * had any more counts as turned down, with its reason.
 */
export async function completePhotos(
  parts: WorkerParts,
  avatar: Avatar,
  rows: readonly Row[],
  run: Run,
): Promise<{ id: string; key: string }[]> {
  const there: { id: string; key: string }[] = [];
  for (const row of rows) {
    const key = row.objectKey ?? photoKey(avatar, row.id);
    const kept = await parts.storage.head('avatars', key, { signal: run.signal });
    if (kept || (await fetchAgain(parts, avatar, row, key, run))) there.push({ id: row.id, key });
    else
      await parts.db
        .update(avatarPhotos)
        .set({ state: 'rejected', reason: 'gone', objectKey: null })
        .where(eq(avatarPhotos.id, row.id));
  }
  return there;
}

async function fetchAgain(
  parts: WorkerParts,
  avatar: Avatar,
  row: Row,
  key: string,
  run: Run,
): Promise<boolean> {
  // One from a zip has no file of its own there.
  if (row.fileUniqueId.includes('/')) return false;
  parts.log.warn('a photo is not in the bucket: it is fetched again', {
    avatarId: avatar.id,
    photoId: row.id,
  });
  const file = await fetchPhoto(parts, { ...row, sourceKey: null }, run);
  if (typeof file === 'string') return false;
  const options = { owner: String(waitsAs(avatar.ownerId)), signal: run.signal };
  const opened = await judgePhoto(parts.media, file, options);
  if (typeof opened === 'string') return false;
  await parts.storage.put('avatars', key, opened.jpeg, { contentType: 'image/jpeg' });
  return true;
}

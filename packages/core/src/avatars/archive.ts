import { avatarPhotos, avatars, type PhotoProblem } from '@aisha/db';
import { openArchive } from '@aisha/media';
import { objectKey } from '@aisha/storage';
import { and, eq } from 'drizzle-orm';
import { join } from 'node:path';
import type { Run, WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { addPhoto, type Avatar } from './avatars.ts';
import { waitsAs } from '../users/turns.ts';

type PhotoRow = typeof avatarPhotos.$inferSelect;

/** Where the pictures of a zip lie until each is judged. */
export const sourcePrefix = (avatar: Pick<Avatar, 'id' | 'ownerId'>, archiveId: string): string =>
  objectKey(avatar.ownerId, 'avatars', avatar.id, `photos/from-${archiveId}-`);

/**
 * Makes a row of every picture in a zip, to be judged like those that come by themselves; its own row goes. Answers why
 * it cannot, or null. Harmless to repeat: pictures are known by their place in it.
 */
export async function unpackPhotos(
  parts: WorkerParts,
  { row, avatar, zip }: { readonly row: PhotoRow; readonly avatar: Avatar; readonly zip: Uint8Array },
  { signal }: Run,
): Promise<PhotoProblem | null> {
  const { media, storage } = parts;
  const owner = String(waitsAs(avatar.ownerId));
  await using folder = await media.scratch.folder(zip.length, { owner, signal });
  await media.scratch.write(folder, 'zip', zip);
  const archive = await openArchive(media, join(folder.path, 'zip'), { owner, signal, beside: folder });
  if (archive.kind === 'refused')
    return archive.reason === 'too_costly' ? archive.reason : `archive_${archive.reason}`;
  await using opened = archive;
  if (opened.files.length === 0) return 'archive_empty';

  const sources = opened.files.map((file, n) => ({ file, n, key: `${sourcePrefix(avatar, row.id)}${n}` }));
  for (const { file, key } of sources)
    await storage.put('avatars', key, { file }, { contentType: 'application/octet-stream', signal });
  const taken = await transact(parts, async (unit) => {
    const [current] = await unit.tx.select().from(avatars).where(eq(avatars.id, avatar.id)).for('update');
    const [gone] = await unit.tx
      .delete(avatarPhotos)
      .where(and(eq(avatarPhotos.id, row.id), eq(avatarPhotos.state, 'received')))
      .returning({ id: avatarPhotos.id });
    // Taken away by its owner meanwhile.
    if (!current || !gone) return new Set<string>();
    for (const { n, key } of sources)
      await addPhoto(unit, current, {
        fileId: row.fileId,
        fileUniqueId: `${row.fileUniqueId}/${n}`,
        fileSize: null,
        sourceKey: key,
      });
    const waiting = await unit.tx
      .select({ key: avatarPhotos.sourceKey })
      .from(avatarPhotos)
      .where(and(eq(avatarPhotos.avatarId, avatar.id), eq(avatarPhotos.state, 'received')));
    return new Set(waiting.map(({ key }) => key));
  });
  for (const { key } of sources) if (!taken.has(key)) await storage.delete('avatars', key);
  return null;
}

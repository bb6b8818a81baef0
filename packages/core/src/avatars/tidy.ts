import { avatarPhotos, avatars } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { WorkerParts } from '../parts.ts';

/**
 * Job: removes what is no longer needed: of a trained avatar every photo but the preview, of a deleted one
 * everything. Harmless to repeat.
 */
export async function tidyAvatar(parts: WorkerParts, avatarId: string): Promise<void> {
  const [avatar] = await parts.db
    .select()
    .from(avatars)
    .where(
      and(eq(avatars.id, avatarId), inArray(avatars.state, ['ready', 'deleted']), isNull(avatars.tidiedAt)),
    );
  if (!avatar) return;
  if (avatar.state === 'deleted')
    await parts.storage.deletePrefix('avatars', objectKey(avatar.ownerId, 'avatars', avatar.id, ''));
  else {
    const photos = await parts.db
      .select({ key: avatarPhotos.objectKey })
      .from(avatarPhotos)
      .where(eq(avatarPhotos.avatarId, avatarId));
    for (const { key } of photos)
      if (key !== null && key !== avatar.previewKey) await parts.storage.delete('avatars', key);
  }
  await parts.db.delete(avatarPhotos).where(eq(avatarPhotos.avatarId, avatarId));
  await parts.db
    .update(avatars)
    .set({ tidiedAt: sql`now()` })
    .where(and(eq(avatars.id, avatarId), eq(avatars.state, avatar.state)));
}

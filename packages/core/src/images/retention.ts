import { images } from '@aisha/db';
import { eq, isNotNull } from 'drizzle-orm';
import type { WorkerParts } from '../parts.ts';

/** Done in one pass; what is left is done by the next. */
const BATCH = 100;

/** Images that their owner deleted: the object first, the row after. */
export async function removeImages(parts: WorkerParts): Promise<void> {
  const gone = await parts.db
    .select({ id: images.id, key: images.objectKey })
    .from(images)
    .where(isNotNull(images.deletedAt))
    .limit(BATCH);
  for (const { id, key } of gone) {
    await parts.storage.delete('generated', key);
    await parts.db.delete(images).where(eq(images.id, id));
  }
}

import { images, stylePreviews } from '@aisha/db';
import { eq } from 'drizzle-orm';
import type { DeciderParts, SentMessage } from '../parts.ts';

/** Keeps Telegram's id of an image that was sent, so that the next time nothing is uploaded. */
export async function keepImageFile(
  { db }: DeciderParts,
  imageId: string,
  { fileId }: SentMessage,
): Promise<void> {
  if (fileId) await db.update(images).set({ fileId }).where(eq(images.id, imageId));
}

/** The same of a style's preview. */
export async function keepStyleFile(
  { db }: DeciderParts,
  pack: string,
  { fileId }: SentMessage,
): Promise<void> {
  if (fileId) await db.update(stylePreviews).set({ fileId }).where(eq(stylePreviews.pack, pack));
}

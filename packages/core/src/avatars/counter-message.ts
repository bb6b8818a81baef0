import { avatars } from '@aisha/db';
import { eq } from 'drizzle-orm';
import type { DeciderParts } from '../parts.ts';

/** Keeps which message is the photo counter, and has it show what is so by now. */
export async function keepCounterMessage(
  { db, producer }: DeciderParts,
  avatarId: string,
  messageId: number,
): Promise<void> {
  await db.update(avatars).set({ screenMessageId: messageId }).where(eq(avatars.id, avatarId));
  await producer.enqueue('avatar.screen', { avatarId }).catch(() => undefined);
}

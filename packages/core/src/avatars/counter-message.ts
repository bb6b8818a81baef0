import { avatars } from '@aisha/db';
import { eq } from 'drizzle-orm';
import type { DeciderParts, SentMessage } from '../parts.ts';

/** Keeps which message is the photo counter, and has it show what is so by now. */
export async function keepCounterMessage(
  { db, producer }: DeciderParts,
  avatarId: string,
  { messageId, chatId, threadId = null }: SentMessage,
): Promise<void> {
  await db
    .update(avatars)
    .set({ screenMessageId: messageId, ...(chatId > 0 ? { chatId } : {}), threadId })
    .where(eq(avatars.id, avatarId));
  await producer.enqueue('avatar.screen', { avatarId }).catch(() => undefined);
}

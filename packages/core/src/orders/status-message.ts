import { orders } from '@aisha/db';
import { eq } from 'drizzle-orm';
import type { DeciderParts, SentMessage } from '../parts.ts';

/** Keeps which message shows the order's status; an order that moved on meanwhile has it edited at once. */
export async function keepStatusMessage(
  { db, producer }: DeciderParts,
  orderId: string,
  { messageId, chatId, threadId = null }: SentMessage,
): Promise<void> {
  const [order] = await db
    .update(orders)
    .set({
      statusMessageId: messageId,
      // Said to its owner in private, since the chat did not take it: the order goes on there.
      ...(chatId > 0 ? { chatId } : {}),
      threadId,
    })
    .where(eq(orders.id, orderId))
    .returning({ progress: orders.progress, state: orders.state });
  if (order && (order.state !== 'queued' || order.progress?.stage !== 'queued'))
    await producer.enqueue('order.progress', { orderId }).catch(() => undefined);
}

import { orders } from '@aisha/db';
import { eq } from 'drizzle-orm';
import type { DeciderParts } from '../parts.ts';

/** Keeps which message shows the order's status; an order that moved on meanwhile has it edited at once. */
export async function keepStatusMessage(
  { db, producer }: DeciderParts,
  orderId: string,
  messageId: number,
): Promise<void> {
  const [order] = await db
    .update(orders)
    .set({ statusMessageId: messageId })
    .where(eq(orders.id, orderId))
    .returning({ progress: orders.progress, state: orders.state });
  if (order && (order.state !== 'queued' || order.progress?.stage !== 'queued'))
    await producer.enqueue('order.progress', { orderId }).catch(() => undefined);
}

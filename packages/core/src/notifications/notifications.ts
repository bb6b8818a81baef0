import { notifications } from '@aisha/db';
import { sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';

/** What can be told. Ids only: it is rendered when it is sent, in the language of that moment. */
export type NotificationBody =
  | { readonly kind: 'order.ended'; readonly data: { readonly orderId: string } }
  | { readonly kind: 'alarm'; readonly data: { readonly provider: string; readonly reason: string } };

export type NotificationKind = NotificationBody['kind'];

/** Owes somebody a message, once per key. */
export async function notify(
  unit: Unit,
  to: { readonly userId: number; readonly chatId: number },
  key: string,
  { kind, data }: NotificationBody,
): Promise<void> {
  const [row] = await unit.tx
    .insert(notifications)
    .values({
      key,
      userId: to.userId,
      chatId: to.chatId,
      kind,
      data,
      nextCheckAt: sql`now() + interval '10 seconds'`,
    })
    .onConflictDoNothing()
    .returning({ id: notifications.id });
  if (row) unit.enqueue('notification.send', { notificationId: row.id });
}

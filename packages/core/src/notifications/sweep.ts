import { type Db, notifications } from '@aisha/db';
import { and, eq, lt, sql } from 'drizzle-orm';
import { AGAIN, due } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';

/** How many messages are owed: what the alarm for a stuck outbox looks at. */
export async function pendingNotifications(parts: Pick<DeciderParts, 'db'>): Promise<number> {
  return parts.db.$count(notifications, eq(notifications.state, 'pending'));
}

/** Messages that nobody sends. */
export function sweepNotifications(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .update(notifications)
      .set({ nextCheckAt: AGAIN })
      .where(
        due(
          parts.db,
          notifications,
          sql`${notifications.id}`,
          and(eq(notifications.state, 'pending'), lt(notifications.nextCheckAt, sql`now()`)),
        ),
      )
      .returning({ id: notifications.id, chatId: notifications.chatId });
    for (const { id, chatId } of rows)
      unit.enqueue('notification.send', { notificationId: id }, { by: chatId });
    return rows.length;
  });
}

const NOTIFICATIONS_KEPT = sql`now() - interval '90 days'`;

/** Retention: what was told long ago goes. */
export async function removeOldNotifications(db: Db): Promise<void> {
  await db
    .delete(notifications)
    .where(and(sql`${notifications.state} <> 'pending'`, lt(notifications.createdAt, NOTIFICATIONS_KEPT)));
}

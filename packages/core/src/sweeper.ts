import { avatarPhotos, avatars, falJobs, notifications, telegramUpdates } from '@aisha/db';
import { and, eq, inArray, isNull, lt, ne, sql } from 'drizzle-orm';
import { dropUnsent } from './fal/jobs.ts';
import { sweepOrders } from './orders/sweep.ts';
import { AGAIN, BATCH, due } from './overdue.ts';
import type { DeciderParts } from './parts.ts';
import { transact } from './unit.ts';

export interface SweepOptions {
  /** Webhook mode: nobody else looks after the updates. */
  readonly updates: boolean;
  /** Of which foreign kinds of orders the log was told; the same set for each pass. */
  readonly told?: Set<string>;
}

/**
 * One pass over every unfinished row that is overdue: enqueues its job again. Between PostgreSQL and Redis there is
 * no transaction, so this is what makes "committed" mean "will be done", even if Redis is lost whole.
 * Returns how many rows it found.
 */
export async function sweep(parts: DeciderParts, options: SweepOptions): Promise<number> {
  const counts = await Promise.all([
    sweepOrders(parts, options.told ?? new Set()),
    sweepFalJobs(parts),
    sweepPhotos(parts),
    sweepAvatars(parts),
    sweepNotifications(parts),
    options.updates ? sweepUpdates(parts) : 0,
  ]);
  return counts.reduce((sum, n) => sum + n, 0);
}

function sweepFalJobs(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .update(falJobs)
      .set({ nextCheckAt: AGAIN, checks: sql`${falJobs.checks} + 1` })
      .where(
        due(
          parts.db,
          falJobs,
          sql`${falJobs.id}`,
          // A created one belongs to its order's start.
          and(
            inArray(falJobs.state, ['submitting', 'submitted', 'cancelling']),
            lt(falJobs.nextCheckAt, sql`now()`),
          ),
        ),
      )
      .returning({ id: falJobs.id });
    for (const { id } of rows) unit.enqueue('fal.settle', { falJobId: id, source: 'sweep' });
    return rows.length + (await dropUnsent(unit.tx));
  });
}

function sweepPhotos(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .update(avatarPhotos)
      .set({ nextCheckAt: AGAIN, checks: sql`${avatarPhotos.checks} + 1` })
      .where(
        due(
          parts.db,
          avatarPhotos,
          sql`${avatarPhotos.id}`,
          and(eq(avatarPhotos.state, 'received'), lt(avatarPhotos.nextCheckAt, sql`now()`)),
        ),
      )
      .returning({ id: avatarPhotos.id });
    for (const { id } of rows) unit.enqueue('photo.check', { photoId: id });
    return rows.length;
  });
}

function sweepAvatars(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const shown = await unit.tx
      .update(avatars)
      .set({ screenDueAt: AGAIN })
      .where(due(parts.db, avatars, sql`${avatars.id}`, lt(avatars.screenDueAt, sql`now()`)))
      .returning({ id: avatars.id });
    for (const { id } of shown) unit.enqueue('avatar.screen', { avatarId: id });
    const untidy = await unit.tx
      .select({ id: avatars.id })
      .from(avatars)
      .where(
        and(
          inArray(avatars.state, ['ready', 'deleted']),
          isNull(avatars.tidiedAt),
          lt(sql`coalesce(${avatars.deletedAt}, ${avatars.trainedAt})`, sql`now() - interval '1 minute'`),
        ),
      )
      .limit(BATCH);
    for (const { id } of untidy) unit.enqueue('avatar.tidy', { avatarId: id });
    return shown.length + untidy.length;
  });
}

/** How many messages are owed: what the alarm for a stuck outbox looks at. */
export async function pendingNotifications(parts: Pick<DeciderParts, 'db'>): Promise<number> {
  return parts.db.$count(notifications, eq(notifications.state, 'pending'));
}

function sweepNotifications(parts: DeciderParts): Promise<number> {
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
      .returning({ id: notifications.id });
    for (const { id } of rows) unit.enqueue('notification.send', { notificationId: id });
    return rows.length;
  });
}

/** Webhook mode only: when the bot polls, it takes up its own. */
function sweepUpdates(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .selectDistinct({ botId: telegramUpdates.botId, lane: telegramUpdates.lane })
      .from(telegramUpdates)
      .where(and(ne(telegramUpdates.state, 'done'), lt(telegramUpdates.nextCheckAt, sql`now()`)))
      .limit(BATCH);
    for (const { botId, lane } of rows) unit.enqueue('telegram.dispatch', { botId, lane });
    return rows.length;
  });
}

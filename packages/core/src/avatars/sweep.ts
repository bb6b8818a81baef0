import { avatarPhotos, avatars } from '@aisha/db';
import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import { AGAIN, BATCH, due } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';

/** Photos whose check is overdue. */
export function sweepPhotos(parts: DeciderParts): Promise<number> {
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

/** Counters to be shown, and files to be removed. */
export function sweepAvatars(parts: DeciderParts): Promise<number> {
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
          or(eq(avatars.state, 'deleted'), isNull(avatars.likenessDueAt)),
          or(eq(avatars.state, 'deleted'), isNull(avatars.redoUntil), lt(avatars.redoUntil, sql`now()`)),
          lt(sql`coalesce(${avatars.deletedAt}, ${avatars.trainedAt})`, sql`now() - interval '1 minute'`),
        ),
      )
      .limit(BATCH);
    for (const { id } of untidy) unit.enqueue('avatar.tidy', { avatarId: id });
    const unmet = await unit.tx
      .update(avatars)
      .set({ likenessDueAt: AGAIN })
      .where(due(parts.db, avatars, sql`${avatars.id}`, lt(avatars.likenessDueAt, sql`now()`)))
      .returning({ id: avatars.id });
    for (const { id } of unmet) unit.enqueue('avatar.likeness', { avatarId: id });
    return shown.length + untidy.length + unmet.length;
  });
}

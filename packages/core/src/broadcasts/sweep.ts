import { broadcasts, type Db } from '@aisha/db';
import { and, eq, lt, or, sql } from 'drizzle-orm';
import { AGAIN, due } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';

/** Broadcasts that run and that nobody sends. */
export function sweepBroadcasts(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .update(broadcasts)
      .set({ nextCheckAt: AGAIN })
      .where(
        due(
          parts.db,
          broadcasts,
          sql`${broadcasts.id}`,
          and(eq(broadcasts.state, 'running'), lt(broadcasts.nextCheckAt, sql`now()`)),
        ),
      )
      .returning({ id: broadcasts.id });
    for (const { id } of rows) unit.enqueue('broadcast.send', { broadcastId: id });
    return rows.length;
  });
}

/** Retention: who got what half a year ago goes, and drafts that nobody started within a month. */
export async function forgetBroadcasts(db: Db): Promise<void> {
  await db
    .delete(broadcasts)
    .where(
      or(
        lt(broadcasts.endedAt, sql`now() - interval '180 days'`),
        and(eq(broadcasts.state, 'draft'), lt(broadcasts.createdAt, sql`now() - interval '30 days'`)),
      ),
    );
}

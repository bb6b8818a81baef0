import { type Db, pollers, telegramUpdates } from '@aisha/db';
import { and, asc, eq, lt, ne, sql } from 'drizzle-orm';
import type { IncomingUpdate } from './lanes.ts';

/** How long an update may wait for its handling before the sweeper looks after it. */
const FIRST_CHECK = sql`now() + interval '5 seconds'`;

const rowsOf = (botId: number, updates: readonly IncomingUpdate[]) =>
  updates.map((update) => ({ botId, ...update, nextCheckAt: FIRST_CHECK }));

/** Keeps updates from a webhook. Returns the lanes of those that are new. */
export async function keepUpdates(
  db: Db,
  botId: number,
  updates: readonly IncomingUpdate[],
): Promise<string[]> {
  if (updates.length === 0) return [];
  const rows = await db
    .insert(telegramUpdates)
    .values(rowsOf(botId, updates))
    .onConflictDoNothing()
    .returning({ lane: telegramUpdates.lane });
  return [...new Set(rows.map((row) => row.lane))];
}

/**
 * Keeps a polled batch and the offset behind it, if this process is still the owner of the current epoch; null when
 * it is not, and nothing was kept. Only after this may the offset be sent, which deletes the batch at Telegram.
 */
export async function keepBatch(
  db: Db,
  owner: { readonly botId: number; readonly epoch: number },
  updates: readonly IncomingUpdate[],
  nextOffset: number,
): Promise<string[] | null> {
  return db.transaction(async (tx) => {
    // The row's lock keeps a new owner from taking over between this check and the insert.
    const current = await tx
      .update(pollers)
      .set({ nextOffset, updatedAt: sql`now()` })
      .where(and(eq(pollers.botId, owner.botId), eq(pollers.epoch, owner.epoch)))
      .returning({ epoch: pollers.epoch });
    if (current.length === 0) return null;
    const rows = await tx
      .insert(telegramUpdates)
      .values(rowsOf(owner.botId, updates))
      .onConflictDoNothing()
      .returning({ lane: telegramUpdates.lane });
    return [...new Set(rows.map((row) => row.lane))];
  });
}

/**
 * Makes `owner` the poller of this bot: the epoch grows, so whatever an earlier owner still inserts is rejected.
 * `graceful` tells whether that one had said goodbye; if not, what it was sending is taken over at once.
 */
export async function beginEpoch(
  db: Db,
  botId: number,
  owner: string,
): Promise<{ epoch: number; nextOffset: number; graceful: boolean }> {
  return db.transaction(async (tx) => {
    const [before] = await tx.select().from(pollers).where(eq(pollers.botId, botId)).for('update');
    const [row] = await tx
      .insert(pollers)
      .values({ botId, owner, epoch: 1 })
      .onConflictDoUpdate({
        target: pollers.botId,
        set: { owner, epoch: sql`${pollers.epoch} + 1`, releasedAt: null, updatedAt: sql`now()` },
      })
      .returning();
    if (!row) throw new Error('upsert returned nothing');
    const graceful = !before || before.releasedAt !== null;
    if (!graceful)
      await tx
        .update(telegramUpdates)
        // A claim says that a call was under way, and now nobody will tell what became of it.
        .set({
          claimedUntil: null,
          unknownOutcomes: sql`${telegramUpdates.unknownOutcomes} + (${telegramUpdates.claimedUntil} is not null)::int`,
        })
        .where(
          and(
            eq(telegramUpdates.botId, botId),
            eq(telegramUpdates.state, 'decided'),
            // What came later came by a webhook: a worker is sending it. (The row has microseconds, a Date has not.)
            lt(telegramUpdates.receivedAt, new Date(before.updatedAt.getTime() + 1)),
          ),
        );
    return { epoch: row.epoch, nextOffset: row.nextOffset, graceful };
  });
}

/** Says that this owner stopped by itself and still finishes what it is sending. */
export async function endEpoch(db: Db, botId: number, epoch: number): Promise<void> {
  await db
    .update(pollers)
    .set({ releasedAt: sql`now()` })
    .where(and(eq(pollers.botId, botId), eq(pollers.epoch, epoch)));
}

/** Lanes with something unfinished; `due` only those whose time has come. */
export async function openLanes(db: Db, botId: number, due: boolean): Promise<string[]> {
  const rows = await db
    .selectDistinct({ lane: telegramUpdates.lane })
    .from(telegramUpdates)
    .where(
      and(
        eq(telegramUpdates.botId, botId),
        ne(telegramUpdates.state, 'done'),
        due ? lt(telegramUpdates.nextCheckAt, sql`now()`) : undefined,
      ),
    )
    .orderBy(asc(telegramUpdates.lane))
    .limit(5_000);
  return rows.map((row) => row.lane);
}

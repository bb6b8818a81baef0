import { shorten } from '@aisha/service';
import { type Db, type OwedCall, telegramUpdates, type Tx } from '@aisha/db';
import { and, asc, eq, isNotNull, sql } from 'drizzle-orm';
import { type DispatchParts, DONE, sameUpdate, type Step, type UpdateRow } from './inbox.ts';
import { wokenLanes } from './presses.ts';

/** An update that fails this often is set aside and its sender told. */
const MOST_ATTEMPTS = 5;
const backoffMs = (attempts: number) => Math.min(200 * 4 ** (attempts - 1), 10_000);

/** The handling itself failed: again after a while, and in the end set aside so that its chat goes on. */
export async function noteFailure(parts: DispatchParts, row: UpdateRow, error: unknown): Promise<Step> {
  const attempts = row.attempts + 1;
  const poisoned = attempts >= MOST_ATTEMPTS;
  parts.log[poisoned ? 'error' : 'warn'](
    poisoned ? 'an update was set aside' : 'an update could not be handled',
    {
      updateId: row.updateId,
      kind: row.kind,
      attempts,
      error,
    },
  );
  parts.metrics?.telegramUpdates.inc({ outcome: poisoned ? 'poisoned' : 'failed' });
  const owed = poisoned ? parts.conversation.apology(row.payload) : [];
  const pause = backoffMs(attempts);
  const [kept] = await parts.db
    .update(telegramUpdates)
    .set({
      attempts,
      error: error instanceof Error ? shorten(`${error.name}: ${error.message}`, 1_000) : String(error),
      nextCheckAt: sql`now() + make_interval(secs => ${pause / 1_000})`,
      ...(poisoned ? { ...setAside(owed), attempts: 0, poisonedAt: sql`now()` } : {}),
    })
    .where(and(sameUpdate(row), eq(telegramUpdates.state, 'pending')))
    .returning({ woken: wokenLanes });
  if (poisoned) for (const lane of kept?.woken ?? []) parts.wake({ botId: row.botId, lane });
  return poisoned ? { kind: 'wait', ms: 0 } : { kind: 'wait', ms: pause };
}

/** In a group nobody is told: then there is nothing left to do, and the lane goes on at once. */
const setAside = (owed: readonly OwedCall[]) =>
  owed.length > 0 ? { state: 'decided' as const, owed } : { ...DONE, owed };

/** Of an update that was set aside although it was decided: another try makes its calls, once they can be read. */
const UNREAD = 'the calls that it owes cannot be read';

export async function setAsideUnread(parts: DispatchParts, tx: Tx, row: UpdateRow): Promise<Step> {
  parts.metrics?.telegramUpdates.inc({ outcome: 'poisoned' });
  await tx
    .update(telegramUpdates)
    .set({ ...DONE, poisonedAt: sql`now()`, error: UNREAD })
    .where(sameUpdate(row));
  return { kind: 'wait', ms: 0 };
}

/** What was set aside, oldest first. What people wrote is theirs: who and why, not what. */
export function poisonedUpdates(db: Db, botId: number) {
  return db
    .select({
      id: telegramUpdates.updateId,
      kind: telegramUpdates.kind,
      lane: telegramUpdates.lane,
      error: telegramUpdates.error,
      at: telegramUpdates.poisonedAt,
    })
    .from(telegramUpdates)
    .where(and(eq(telegramUpdates.botId, botId), isNotNull(telegramUpdates.poisonedAt)))
    .orderBy(asc(telegramUpdates.seq));
}

/**
 * As if it had just come: it is handled before anything later in its lane. Its lane; null when it is not set aside, or
 * its sender is still being told that it failed.
 */
export async function replayUpdate(db: Db, botId: number, updateId: number): Promise<string | null> {
  const isUnread = sql`coalesce(${telegramUpdates.error} = ${UNREAD}, false)`;
  const [row] = await db
    .update(telegramUpdates)
    .set({
      state: sql`case when ${isUnread} then 'decided' else 'pending' end`,
      owed: sql`case when ${isUnread} then ${telegramUpdates.owed} end`,
      sent: sql`case when ${isUnread} then ${telegramUpdates.sent} else 0 end`,
      attempts: 0,
      error: null,
      poisonedAt: null,
      holdsUntil: null,
      doneAt: null,
      nextCheckAt: sql`now()`,
    })
    .where(
      and(
        sameUpdate({ botId, updateId }),
        isNotNull(telegramUpdates.poisonedAt),
        eq(telegramUpdates.state, 'done'),
      ),
    )
    .returning({ lane: telegramUpdates.lane });
  return row?.lane ?? null;
}

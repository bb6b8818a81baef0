import { type OwedCall, telegramUpdates } from '@aisha/db';
import { and, eq, sql } from 'drizzle-orm';
import { DONE, type InboxParts, sameUpdate, type Step, type UpdateRow } from './inbox.ts';

/** An update that fails this often is set aside and its sender told. */
const MOST_ATTEMPTS = 5;
const backoffMs = (attempts: number) => Math.min(200 * 4 ** (attempts - 1), 10_000);

/** The handling itself failed: again after a while, and in the end set aside so that its chat goes on. */
export async function noteFailure(parts: InboxParts, row: UpdateRow, error: unknown): Promise<Step> {
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
  await parts.db
    .update(telegramUpdates)
    .set({
      attempts,
      error: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 1_000) : String(error),
      nextCheckAt: sql`now() + make_interval(secs => ${pause / 1_000})`,
      ...(poisoned ? { ...setAside(owed), attempts: 0, poisonedAt: sql`now()` } : {}),
    })
    .where(and(sameUpdate(row), eq(telegramUpdates.state, 'pending')));
  return poisoned ? { kind: 'wait', ms: 0 } : { kind: 'wait', ms: pause };
}

/** In a group nobody is told: then there is nothing left to do, and the lane goes on at once. */
const setAside = (owed: readonly OwedCall[]) =>
  owed.length > 0 ? { state: 'decided' as const, owed } : { ...DONE, owed };

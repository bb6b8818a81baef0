import type { SpendingLimits } from '@aisha/config';
import { type Db, type FailureReason, paidCalls, type Tx } from '@aisha/db';
import { lt, sql } from 'drizzle-orm';

/** What a paid call is made for; each has a ceiling of its own. */
export interface Purpose {
  readonly ownerId: number;
  /** `recording:<id>`; others join when they count here, too. */
  readonly subject: `recording:${string}`;
}

/**
 * Counts one paid call before it is made, within the transaction that notes it. Null: it may be made. Otherwise it is
 * the reason why nothing more is bought.
 */
export async function countPaidCall(
  tx: Tx,
  limits: SpendingLimits,
  { ownerId, subject }: Purpose,
): Promise<FailureReason | null> {
  // The day is the database's, so that all processes count the same.
  const day = sql`'day:' || to_char(now() at time zone 'utc', 'YYYY-MM-DD')`;
  if (!(await countOne(tx, ownerId, sql`${subject}`, limits.perRecording))) return 'too_much_of_one';
  return (await countOne(tx, ownerId, day, limits.perPersonADay)) ? null : 'too_much_today';
}

/** False when the limit is reached; two at once cannot both take the last. */
async function countOne(
  tx: Tx,
  ownerId: number,
  scope: ReturnType<typeof sql>,
  limit: number,
): Promise<boolean> {
  const [row] = await tx
    .insert(paidCalls)
    .values({ ownerId, scope: sql`${scope}`, calls: 1 })
    .onConflictDoUpdate({
      target: [paidCalls.ownerId, paidCalls.scope],
      set: { calls: sql`${paidCalls.calls} + 1`, lastAt: sql`now()` },
      setWhere: sql`${paidCalls.calls} < ${limit}`,
    })
    .returning({ calls: paidCalls.calls });
  return row !== undefined;
}

/** Nothing is bought any more for what was counted so long ago. */
export async function forgetCounts(db: Db): Promise<void> {
  await db.delete(paidCalls).where(lt(paidCalls.lastAt, sql`now() - interval '40 days'`));
}

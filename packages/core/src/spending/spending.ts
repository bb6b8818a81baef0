import type { SpendingLimits } from '@aisha/config';
import { type Db, type FailureReason, paidCalls, type Tx } from '@aisha/db';
import { lt, sql } from 'drizzle-orm';

/** A call that is about to be bought; the id is that of what it is bought for, which has a ceiling of its own. */
export type PaidCall = { readonly ownerId: number } & (
  | { readonly for: 'recording' | 'document' | 'image'; readonly id: string }
  /** One for an order. Null where the model's price is not known: it counts as a request alone. */
  | { readonly for: 'fal'; readonly usd: number | null }
);

const USES = { recording: 'speech', document: 'text', image: 'text', fal: 'fal' } as const;

/**
 * Counts one paid call before it is made, within the transaction that notes it. Null: it may be made. Otherwise it is
 * the reason why nothing more is bought. What was refused by a day's ceiling stays counted for its own thing.
 */
export async function countPaidCall(
  tx: Tx,
  limits: SpendingLimits,
  call: PaidCall,
): Promise<FailureReason | null> {
  const { ownerId } = call;
  const use = USES[call.for];
  if (call.for !== 'fal') {
    const most = { recording: limits.perRecording, document: limits.perDocument, image: limits.perImage };
    const mine = await add(tx, ownerId, sql`${`${call.for}:${call.id}`}`, 1, most[call.for]);
    if (!mine) return 'too_much_of_one';
  }
  // Speech was all that was counted once: its scope has no name.
  if (!(await add(tx, ownerId, today(use === 'speech' ? 'day' : use), 1, limits.perDay[use])))
    return 'too_much_today';
  if (call.for !== 'fal' || call.usd === null) return null;
  const mills = Math.ceil(call.usd * 1_000);
  return (await add(tx, ownerId, today('mills'), mills, limits.usdPerDay * 1_000)) ? null : 'too_much_today';
}

type Scope = ReturnType<typeof sql>;

/** The day is the database's, so that all processes count the same. */
const today = (what: string): Scope =>
  sql`${`${what}:`}::text || to_char(now() at time zone 'utc', 'YYYY-MM-DD')`;

/** False when it would go beyond the limit; two at once cannot both take the last. */
async function add(tx: Tx, ownerId: number, scope: Scope, amount: number, limit: number): Promise<boolean> {
  if (amount > limit) return false;
  const [row] = await tx
    .insert(paidCalls)
    .values({ ownerId, scope: sql`${scope}`, calls: amount })
    .onConflictDoUpdate({
      target: [paidCalls.ownerId, paidCalls.scope],
      set: { calls: sql`${paidCalls.calls} + ${amount}`, lastAt: sql`now()` },
      setWhere: sql`${paidCalls.calls} + ${amount} <= ${limit}`,
    })
    .returning({ calls: paidCalls.calls });
  return row !== undefined;
}

/** Nothing is bought any more for what was counted so long ago. */
export async function forgetCounts(db: Db): Promise<void> {
  await db.delete(paidCalls).where(lt(paidCalls.lastAt, sql`now() - interval '40 days'`));
}

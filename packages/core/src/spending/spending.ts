import type { SpendingLimits } from '@aisha/config';
import { dailySpending, type Db, type FailureReason, paidCalls, payments, type Tx, users } from '@aisha/db';
import { and, eq, gt, inArray, lt, ne, notExists, sql } from 'drizzle-orm';

/** A call that is about to be bought; the id is that of what it is bought for, which has a ceiling of its own. */
export type PaidCall = {
  readonly ownerId: number;
  /** Where it was ordered: a group has a ceiling of its own. */
  readonly chatId: number;
  /** What it bills, as far as that is known before. Null where the price is not known: it counts as a request alone. */
  readonly usd: number | null;
} & (
  | { readonly for: 'recording' | 'document' | 'image'; readonly id: string }
  /** One for an order. */
  | { readonly for: 'fal' }
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
  if (call.usd === null || call.usd === 0) return null;
  if (call.for === 'fal') {
    const mills = Math.ceil(call.usd * 1_000);
    if (!(await add(tx, ownerId, today('mills'), mills, limits.usdPerDay * 1_000))) return 'too_much_today';
  }
  const isGroup = call.chatId < 0;
  if (isGroup && !(await spend(tx, `chat:${call.chatId}`, call.usd, limits.usdPerGroupADay)))
    return 'too_much_today';
  // The service's own cap and the shares of it hold back new orders, not what has begun.
  await spend(tx, `user:${ownerId}`, call.usd, null);
  if (await isNewcomer(tx, ownerId)) await spend(tx, 'newcomers', call.usd, null);
  await spend(tx, 'all', call.usd, null);
  return null;
}

/**
 * Takes a counted call back: the provider refused our account, so nothing was done and nothing is billed. Whoever waits for
 * the account asks again and again.
 */
export async function takeBackPaidCall(tx: Tx, call: PaidCall): Promise<void> {
  const { ownerId, usd } = call;
  const use = USES[call.for];
  // In the order of `countPaidCall`, so that neither waits for the other in a ring.
  const counts = call.for === 'fal' ? [] : [sql`${`${call.for}:${call.id}`}`];
  for (const scope of [...counts, today(use === 'speech' ? 'day' : use)])
    await tx
      .update(paidCalls)
      .set({ calls: sql`greatest(0, ${paidCalls.calls} - 1)` })
      .where(and(eq(paidCalls.ownerId, ownerId), eq(paidCalls.scope, scope)));
  const micros = Math.ceil((usd ?? 0) * MICROS);
  if (micros === 0) return;
  const newcomers = (await isNewcomer(tx, ownerId)) ? ['newcomers'] : [];
  for (const scope of [`chat:${call.chatId}`, `user:${ownerId}`, ...newcomers, 'all'])
    await tx
      .update(dailySpending)
      .set({ micros: sql`greatest(0, ${dailySpending.micros} - ${micros}::bigint)` })
      .where(and(eq(dailySpending.scope, scope), eq(dailySpending.day, DAY)));
}

/** Came within the last 24 hours and never paid: of these anybody can be as many as they like. */
async function isNewcomer(tx: Pick<Db, 'select'>, ownerId: number): Promise<boolean> {
  const paid = tx
    .select({ one: sql`1` })
    .from(payments)
    .where(and(eq(payments.userId, ownerId), eq(payments.state, 'paid')));
  const [came] = await tx
    .select({ id: users.id })
    .from(users)
    .where(
      and(eq(users.id, ownerId), gt(users.createdAt, sql`now() - interval '24 hours'`), notExists(paid)),
    );
  return came !== undefined;
}

/** A shelf of novels; what is written and spoken of it is kept until its owner deletes it, in the row and in the bucket. */
const KEPT_MB_A_DAY = 100;

/** Counts what is kept of a text before it is kept; null: it may be. */
export async function countKept(tx: Tx, ownerId: number, bytes: number): Promise<FailureReason | null> {
  const kilobytes = Math.ceil(bytes / 1_024);
  return (await add(tx, ownerId, today('kept'), kilobytes, KEPT_MB_A_DAY * 1_024)) ? null : 'too_much_today';
}

const DAY = sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD')`;
const MICROS = 1_000_000;

/** False when it would go beyond the limit. */
async function spend(tx: Tx, scope: string, usd: number, limitUsd: number | null): Promise<boolean> {
  const micros = Math.ceil(usd * MICROS);
  if (limitUsd !== null && micros > limitUsd * MICROS) return false;
  const [row] = await tx
    .insert(dailySpending)
    .values({ scope, day: DAY, micros })
    .onConflictDoUpdate({
      target: [dailySpending.scope, dailySpending.day],
      set: { micros: sql`${dailySpending.micros} + ${micros}::bigint` },
      ...(limitUsd === null
        ? {}
        : { setWhere: sql`${dailySpending.micros} + ${micros}::bigint <= ${limitUsd * MICROS}::bigint` }),
    })
    .returning({ micros: dailySpending.micros });
  return row !== undefined;
}

/** A day's cap, or a share of it, that is spent. */
export type Spent = 'cap' | 'person' | 'group' | 'newcomers';

/** By how much operators raised the day's cap. */
const RAISED = 'raised';

/** Raises today's cap (UTC) by so many US dollars. */
export async function raiseCap(tx: Tx, usd: number): Promise<void> {
  await spend(tx, RAISED, usd, null);
}

/**
 * What everybody's and newcomers' orders have taken of today's cap, in US dollars, by how much operators raised it, and when
 * the day (UTC) ends.
 */
export async function spentToday(
  db: Pick<Db, 'select'>,
): Promise<{ usd: number; newcomersUsd: number; raisedUsd: number; day: string; endsAt: Date }> {
  const spent = await spentBy(db, ['all', 'newcomers', RAISED]);
  const endsAt = new Date();
  const day = endsAt.toISOString().slice(0, 10);
  endsAt.setUTCHours(24, 0, 0, 0);
  return {
    usd: spent('all'),
    newcomersUsd: spent('newcomers'),
    raisedUsd: spent(RAISED),
    day,
    endsAt,
  };
}

/** What keeps an order of this person in this chat from beginning today; null: nothing does. */
export async function spentFor(
  db: Pick<Db, 'select'>,
  { capUsdPerDay: configured, shares }: SpendingLimits,
  { ownerId, chatId }: { readonly ownerId: number; readonly chatId: number },
): Promise<Spent | null> {
  const [person, group] = [`user:${ownerId}`, `chat:${chatId}`];
  const spent = await spentBy(db, ['all', 'newcomers', RAISED, person, group]);
  const capUsdPerDay = configured + spent(RAISED);
  if (spent('all') >= capUsdPerDay) return 'cap';
  if (spent(person) >= capUsdPerDay * shares.person) return 'person';
  if (spent(group) >= capUsdPerDay * shares.group) return 'group';
  if (spent('newcomers') < capUsdPerDay * shares.newcomers) return null;
  return (await isNewcomer(db, ownerId)) ? 'newcomers' : null;
}

async function spentBy(
  db: Pick<Db, 'select'>,
  scopes: readonly string[],
): Promise<(scope: string) => number> {
  const rows = await db
    .select()
    .from(dailySpending)
    .where(and(inArray(dailySpending.scope, [...scopes]), eq(dailySpending.day, DAY)));
  return (scope) => (rows.find((row) => row.scope === scope)?.micros ?? 0) / MICROS;
}

/** Of Cyrillic, two characters are about one token; of everything else they are fewer. */
const CHARACTERS_A_TOKEN = 2;

/** What a text model bills for reading and writing so many characters, in US dollars. */
export const textCost = (
  { textUsdPerMillionTokens }: Pick<SpendingLimits, 'textUsdPerMillionTokens'>,
  { read, written }: { readonly read: number; readonly written: number },
): number => ((read + written) / CHARACTERS_A_TOKEN / 1_000_000) * textUsdPerMillionTokens;

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
  await db
    .delete(dailySpending)
    .where(
      and(
        ne(dailySpending.scope, 'all'),
        lt(dailySpending.day, sql`to_char(now() - interval '40 days', 'YYYY-MM-DD')`),
      ),
    );
  // What was spent on a day stays: the operators' figures count it.
  await db
    .delete(dailySpending)
    .where(lt(dailySpending.day, sql`to_char(now() - interval '400 days', 'YYYY-MM-DD')`));
}

import { type OwedCall, telegramUpdates, type Tx } from '@aisha/db';
import { transact } from '@aisha/core';
import { batched, classifyError, type Metrics } from '@aisha/service';
import { and, asc, eq, isNotNull, ne, sql } from 'drizzle-orm';
import type { Conversation } from '../chat/conversation.ts';
import { type CallParts, CLAIM, makeCalls } from './calls.ts';

export interface DispatchParts extends CallParts {
  readonly conversation: Conversation;
  readonly metrics?: Pick<
    Metrics,
    'orders' | 'providerCostUsd' | 'telegramUpdates' | 'telegramUpdateSeconds'
  >;
}

type Row = typeof telegramUpdates.$inferSelect;

export interface LaneId {
  readonly botId: number;
  readonly lane: string;
}

export interface LaneOptions {
  readonly signal: AbortSignal;
  /** False once this process must not act any more. */
  readonly mayAct?: () => boolean;
}

/**
 * `empty`: all done. `busy`: somebody else is at this lane and will go on with it. `wait`: nothing can be done before
 * that time.
 */
export type LaneOutcome =
  | { readonly kind: 'empty' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'wait'; readonly ms: number };

export interface Dispatcher {
  /**
   * Handles a lane's updates in order until none is left. An update is decided in one transaction (effects, state,
   * owed calls), then its calls are made, then it is done; the oldest unfinished row's lock is the lane's lock, so any
   * number of processes may run the same lane: each update is decided once and in order.
   */
  run(lane: LaneId, options: LaneOptions): Promise<LaneOutcome>;
}

type Step = LaneOutcome | { readonly kind: 'calls'; readonly row: Row; readonly owed: readonly OwedCall[] };

/** Updates decided in one transaction at most; each adds some milliseconds to what the others wait. */
const MOST_TOGETHER = 32;

/**
 * Lanes do not wait for each other's calls, but they share the ways to the database: what many lanes ask for at the same
 * time is decided in one transaction, and marked as done in one statement.
 */
export function createDispatcher(parts: DispatchParts): Dispatcher {
  const take = batched((lanes: readonly LaneId[]) => takeOldest(parts, lanes), { most: MOST_TOGETHER });
  const markDone = batched((rows: readonly Row[]) => noteDone(parts, rows));
  return {
    async run(lane, options) {
      for (;;) {
        if (options.signal.aborted || options.mayAct?.() === false) return { kind: 'wait', ms: 1_000 };
        const taken = await take(lane);
        if (taken.status === 'rejected') throw taken.reason;
        const step = taken.value;
        if (step.kind !== 'calls') return step;
        const outcome = await finish(parts, step.row, step.owed, options, markDone);
        if (outcome) return outcome;
      }
    },
  };
}

/** An update that fails this often is set aside and its sender told. */
const MOST_ATTEMPTS = 5;
const backoffMs = (attempts: number) => Math.min(200 * 4 ** (attempts - 1), 10_000);

/** What is next for each lane. One whose handling fails must not take the others with it: then each goes by itself. */
async function takeOldest(
  parts: DispatchParts,
  lanes: readonly LaneId[],
): Promise<readonly PromiseSettledResult<Step>[]> {
  if (lanes.length > 1)
    try {
      const steps = await decideTogether(parts, lanes);
      return steps.map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (await isAway(parts)) return lanes.map(() => ({ status: 'rejected', reason: error }));
    }
  const settled: PromiseSettledResult<Step>[] = [];
  for (const lane of lanes) settled.push(...(await Promise.allSettled([decideAlone(parts, lane)])));
  return settled;
}

/** Then nobody needs to try by itself. A deadlock or a statement that took too long is one update's own trouble. */
async function isAway({ db }: DispatchParts): Promise<boolean> {
  try {
    await db.execute(sql`select 1`);
    return false;
  } catch {
    return true;
  }
}

async function decideAlone(parts: DispatchParts, lane: LaneId): Promise<Step> {
  const deciding: Row[] = [];
  try {
    const [step] = await decideTogether(parts, [lane], (rows) => deciding.push(...rows));
    return step ?? { kind: 'empty' };
  } catch (error) {
    const [row] = deciding;
    if (!row || classifyError(error) === 'transient') throw error;
    return noteFailure(parts, row, error);
  }
}

/** Decides the oldest update of each lane in one transaction, all or none. `onDeciding` hears which those are. */
function decideTogether(
  parts: DispatchParts,
  lanes: readonly LaneId[],
  onDeciding: (rows: readonly Row[]) => void = () => undefined,
): Promise<Step[]> {
  return transact(parts, async (unit) => {
    const rows = await lockOldest(unit.tx, lanes);
    const steps = new Map<Row, Step>();
    for (const row of rows) {
      const step = stepWithout(row);
      if (step?.kind === 'calls') await claim(unit.tx, step.row);
      if (step) steps.set(row, step);
    }
    const pending = rows.filter((row) => !steps.has(row));
    onDeciding(pending);
    const decided = await parts.conversation.decide(
      unit,
      pending.map(({ payload }) => payload),
    );
    pending.forEach((row, index) => {
      steps.set(row, { kind: 'calls', row: { ...row, attempts: 0 }, owed: decided[index] ?? [] });
    });
    await keepDecisions(
      unit.tx,
      pending.map((row, index) => ({ row, owed: decided[index] ?? [] })),
    );
    const left = new Map(rows.map((row) => [keyOf(row), steps.get(row)]));
    return lanes.map((lane) => {
      const key = keyOf(lane);
      if (!left.has(key)) return { kind: 'empty' };
      // Asked for twice: whoever asked first goes on with it.
      const step = left.get(key) ?? { kind: 'busy' };
      left.set(key, undefined);
      return step;
    });
  });
}

const keyOf = ({ botId, lane }: LaneId) => `${botId} ${lane}`;

/** The oldest unfinished update of each lane, locked. */
async function lockOldest(tx: Tx, lanes: readonly LaneId[]): Promise<Row[]> {
  const unique = [...new Map(lanes.map((lane) => [keyOf(lane), lane])).entries()].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const botIds = sql.param(unique.map(([, { botId }]) => botId));
  const names = sql.param(unique.map(([, { lane }]) => lane));
  const oldest = tx
    .select()
    .from(telegramUpdates)
    .where(
      and(
        sql`${telegramUpdates.botId} = wanted.bot_id`,
        sql`${telegramUpdates.lane} = wanted.lane`,
        ne(telegramUpdates.state, 'done'),
      ),
    )
    .orderBy(asc(telegramUpdates.seq))
    .limit(1)
    .for('update')
    .as('oldest');
  const found = await tx
    .select()
    .from(sql`unnest(${botIds}::bigint[], ${names}::text[]) as wanted(bot_id, lane)`)
    .innerJoinLateral(oldest, sql`true`);
  return found.map((one) => one.oldest);
}

/** What to do with an update that is not to be decided now; null when it is. */
function stepWithout(row: Row): Step | null {
  if (row.state === 'decided' && row.claimedUntil && row.claimedUntil.getTime() > Date.now())
    return { kind: 'busy' };
  const pause = row.nextCheckAt.getTime() - Date.now();
  if (row.attempts > 0 && pause > 0) return { kind: 'wait', ms: pause };
  if (row.state !== 'decided') return null;
  // Whoever claimed it never came back: whether its last call was made nobody knows.
  const unknownOutcomes = row.unknownOutcomes + (row.claimedUntil ? 1 : 0);
  return { kind: 'calls', row: { ...row, unknownOutcomes }, owed: row.owed ?? [] };
}

async function claim(tx: Tx, row: Row): Promise<void> {
  await tx
    .update(telegramUpdates)
    .set({ claimedUntil: CLAIM, unknownOutcomes: row.unknownOutcomes })
    .where(sameUpdate(row));
}

async function keepDecisions(
  tx: Tx,
  decisions: readonly { readonly row: Row; readonly owed: readonly OwedCall[] }[],
): Promise<void> {
  if (decisions.length === 0) return;
  const list = JSON.stringify(
    decisions.map(({ row, owed }) => ({
      bot_id: row.botId,
      update_id: row.updateId,
      owed,
    })),
  );
  await tx
    .update(telegramUpdates)
    .set({
      owed: sql`decided.owed`,
      state: sql`case when decided.owed = '[]' then 'done' else 'decided' end`,
      doneAt: sql`case when decided.owed = '[]' then now() end`,
      claimedUntil: sql`case when decided.owed <> '[]' then ${CLAIM} end`,
      attempts: 0,
    })
    .from(sql`jsonb_to_recordset(${list}::jsonb) as decided(bot_id bigint, update_id bigint, owed jsonb)`)
    .where(
      and(
        sql`${telegramUpdates.botId} = decided.bot_id`,
        sql`${telegramUpdates.updateId} = decided.update_id`,
      ),
    );
}

/** The handling itself failed: again after a while, and in the end set aside so that its chat goes on. */
async function noteFailure(parts: DispatchParts, row: Row, error: unknown): Promise<Step> {
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

const DONE = { state: 'done' as const, doneAt: sql`now()`, claimedUntil: null };

/** All their calls were made. */
async function noteDone(parts: DispatchParts, rows: readonly Row[]): Promise<void[]> {
  const botIds = sql.param(rows.map(({ botId }) => botId));
  const updateIds = sql.param(rows.map(({ updateId }) => updateId));
  await parts.db
    .update(telegramUpdates)
    .set({ ...DONE, sent: sql`jsonb_array_length(${telegramUpdates.owed})` })
    .from(sql`unnest(${botIds}::bigint[], ${updateIds}::bigint[]) as made(bot_id, update_id)`)
    .where(
      and(sql`${telegramUpdates.botId} = made.bot_id`, sql`${telegramUpdates.updateId} = made.update_id`),
    );
  return rows.map(() => undefined);
}

/** Makes the calls; null when the update is done and the lane goes on. */
async function finish(
  parts: DispatchParts,
  row: Row,
  owed: readonly OwedCall[],
  options: LaneOptions,
  markDone: (row: Row) => Promise<void>,
): Promise<LaneOutcome | null> {
  if (owed.length === 0) return observe(parts, row);
  const outcome = await makeCalls(
    parts,
    { owed, sent: row.sent, unknownOutcomes: row.unknownOutcomes },
    {
      ...options,
      priority: 'reply',
      onSent: async (sent) => {
        if (sent === owed.length) return markDone(row);
        await parts.db.update(telegramUpdates).set({ sent }).where(sameUpdate(row));
      },
      renewClaim: () =>
        parts.db
          .update(telegramUpdates)
          .set({ claimedUntil: CLAIM })
          .where(and(sameUpdate(row), isNotNull(telegramUpdates.claimedUntil))),
    },
  );
  switch (outcome.kind) {
    case 'made':
      return observe(parts, row);
    case 'unreachable':
      await parts.db
        .update(telegramUpdates)
        .set({ ...DONE, error: 'the chat cannot be reached' })
        .where(sameUpdate(row));
      return observe(parts, row);
    case 'wait': {
      const ms = Math.max(outcome.ms, 100);
      await parts.db
        .update(telegramUpdates)
        .set({
          claimedUntil: null,
          attempts: sql`${telegramUpdates.attempts} + 1`,
          error: outcome.why.slice(0, 1_000),
          nextCheckAt: sql`now() + make_interval(secs => ${ms / 1_000})`,
          ...(outcome.unknown ? { unknownOutcomes: sql`${telegramUpdates.unknownOutcomes} + 1` } : {}),
        })
        .where(sameUpdate(row));
      return { kind: 'wait', ms };
    }
    default:
      return outcome satisfies never;
  }
}

function observe(parts: DispatchParts, row: Row): null {
  parts.metrics?.telegramUpdates.inc({ outcome: 'handled' });
  parts.metrics?.telegramUpdateSeconds.observe((Date.now() - row.receivedAt.getTime()) / 1_000);
  return null;
}

const sameUpdate = (row: Pick<Row, 'botId' | 'updateId'>) =>
  and(eq(telegramUpdates.botId, row.botId), eq(telegramUpdates.updateId, row.updateId));

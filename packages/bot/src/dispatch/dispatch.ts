import { type OwedCall, telegramUpdates } from '@aisha/db';
import { transact } from '@aisha/core';
import { classifyError, type Metrics } from '@aisha/service';
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { Conversation } from '../conversation.ts';
import { type CallParts, claimSeconds, makeCalls } from './calls.ts';

export interface DispatchParts extends CallParts {
  readonly conversation: Conversation;
  readonly metrics?: Pick<Metrics, 'orders' | 'telegramUpdates' | 'telegramUpdateSeconds'>;
}

type Row = typeof telegramUpdates.$inferSelect;

export interface LaneOptions {
  readonly signal: AbortSignal;
  /** False once this process must not act any more. */
  readonly mayAct?: () => boolean;
}

/**
 * `empty`: all done. `busy`: another process is making a call of this lane and will go on with it. `wait`: nothing
 * can be done before that time.
 */
export type LaneOutcome =
  | { readonly kind: 'empty' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'wait'; readonly ms: number };

/** While one process makes calls nobody else does. */
const claimFor = (owed: readonly OwedCall[]) => sql`now() + make_interval(secs => ${claimSeconds(owed)})`;

/** An update that fails this often is set aside and its sender told. */
const MOST_ATTEMPTS = 5;
const backoffMs = (attempts: number) => Math.min(200 * 4 ** (attempts - 1), 10_000);

/**
 * Handles a lane's updates in order until none is left. An update is decided in one transaction (effects, state,
 * owed calls), then its calls are made, then it is done; the oldest unfinished row's lock is the lane's lock, so any
 * number of processes may run the same lane: each update is decided once and in order.
 */
export async function runLane(
  parts: DispatchParts,
  lane: { readonly botId: number; readonly lane: string },
  options: LaneOptions,
): Promise<LaneOutcome> {
  for (;;) {
    if (options.signal.aborted || options.mayAct?.() === false) return { kind: 'wait', ms: 1_000 };
    const step = await takeOldest(parts, lane);
    if (step.kind !== 'calls') return step;
    const outcome = await finish(parts, step.row, step.owed, options);
    if (outcome) return outcome;
  }
}

type Step = LaneOutcome | { readonly kind: 'calls'; readonly row: Row; readonly owed: readonly OwedCall[] };

async function takeOldest(
  parts: DispatchParts,
  { botId, lane }: { botId: number; lane: string },
): Promise<Step> {
  let deciding: Row | null = null;
  try {
    return await transact(parts, async (unit): Promise<Step> => {
      const [row] = await unit.tx
        .select()
        .from(telegramUpdates)
        .where(
          and(
            eq(telegramUpdates.botId, botId),
            eq(telegramUpdates.lane, lane),
            ne(telegramUpdates.state, 'done'),
          ),
        )
        .orderBy(asc(telegramUpdates.seq))
        .limit(1)
        .for('update');
      if (!row) return { kind: 'empty' };
      if (row.state === 'decided') {
        if (row.claimedUntil && row.claimedUntil.getTime() > Date.now()) return { kind: 'busy' };
        const pause = row.nextCheckAt.getTime() - Date.now();
        if (row.attempts > 0 && pause > 0) return { kind: 'wait', ms: pause };
        const owed = row.owed ?? [];
        // Whoever claimed it never came back: whether its last call was made nobody knows.
        const unknownOutcomes = row.unknownOutcomes + (row.claimedUntil ? 1 : 0);
        await unit.tx
          .update(telegramUpdates)
          .set({ claimedUntil: claimFor(owed), unknownOutcomes })
          .where(sameUpdate(row));
        return { kind: 'calls', row: { ...row, unknownOutcomes }, owed };
      }
      const pause = row.nextCheckAt.getTime() - Date.now();
      if (row.attempts > 0 && pause > 0) return { kind: 'wait', ms: pause };
      deciding = row;
      const owed = await parts.conversation.decide(unit, row.payload);
      const nothingOwed = owed.length === 0;
      await unit.tx
        .update(telegramUpdates)
        .set({
          owed,
          state: nothingOwed ? 'done' : 'decided',
          doneAt: nothingOwed ? sql`now()` : null,
          claimedUntil: nothingOwed ? null : claimFor(owed),
          attempts: 0,
        })
        .where(sameUpdate(row));
      return { kind: 'calls', row: { ...row, attempts: 0 }, owed };
    });
  } catch (error) {
    if (!deciding || classifyError(error) === 'transient') throw error;
    return noteFailure(parts, deciding, error);
  }
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
  owed.length > 0
    ? { state: 'decided' as const, owed }
    : { state: 'done' as const, owed, doneAt: sql`now()`, claimedUntil: null };

/** Makes the calls; null when the update is done and the lane goes on. */
async function finish(
  parts: DispatchParts,
  row: Row,
  owed: readonly OwedCall[],
  options: LaneOptions,
): Promise<LaneOutcome | null> {
  const done = { state: 'done' as const, doneAt: sql`now()`, claimedUntil: null };
  if (owed.length === 0) return observe(parts, row);
  const outcome = await makeCalls(
    parts,
    { owed, sent: row.sent, unknownOutcomes: row.unknownOutcomes },
    {
      ...options,
      priority: 'reply',
      onSent: async (sent) => {
        await parts.db
          .update(telegramUpdates)
          // Each call may take its time: who makes many keeps them for so long.
          .set(sent === owed.length ? { sent, ...done } : { sent, claimedUntil: claimFor(owed) })
          .where(sameUpdate(row));
      },
    },
  );
  switch (outcome.kind) {
    case 'made':
      return observe(parts, row);
    case 'unreachable':
      await parts.db
        .update(telegramUpdates)
        .set({ ...done, error: 'the chat cannot be reached' })
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

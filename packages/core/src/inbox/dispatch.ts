import { type OwedCall, telegramUpdates } from '@aisha/db';
import { batched, shorten } from '@aisha/service';
import { and, isNotNull, sql } from 'drizzle-orm';
import { CLAIM, makeCalls } from './calls.ts';
import { MOST_TOGETHER, takeOldest } from './decide.ts';
import {
  type DispatchParts,
  DONE,
  type InboxParts,
  type LaneId,
  type LaneOutcome,
  sameUpdate,
  type UpdateRow,
} from './inbox.ts';

export interface LaneOptions {
  readonly signal: AbortSignal;
  /** False once this process must not act any more. */
  readonly mayAct?: () => boolean;
}

export interface Dispatcher {
  /**
   * Handles a lane's updates in order until none is left. An update is decided in one transaction (effects, state,
   * owed calls), then its calls are made, then it is done; the oldest unfinished row's lock is the lane's lock, so any
   * number of processes may run the same lane: each update is decided once and in order.
   */
  run(lane: LaneId, options: LaneOptions): Promise<LaneOutcome>;
}

/**
 * Lanes do not wait for each other's calls, but they share the ways to the database: what many lanes ask for at the same
 * time is decided in one transaction, and marked as done in one statement.
 */
export function createDispatcher(inbox: InboxParts, wake: DispatchParts['wake']): Dispatcher {
  const parts = { ...inbox, wake };
  const take = batched((lanes: readonly LaneId[]) => takeOldest(parts, lanes), { most: MOST_TOGETHER });
  const markDone = batched((rows: readonly UpdateRow[]) => noteDone(parts, rows));
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

/** All their calls were made. */
async function noteDone(parts: InboxParts, rows: readonly UpdateRow[]): Promise<void[]> {
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
  parts: InboxParts,
  row: UpdateRow,
  owed: readonly OwedCall[],
  options: LaneOptions,
  markDone: (row: UpdateRow) => Promise<void>,
): Promise<LaneOutcome | null> {
  if (owed.length === 0) return observe(parts, row);
  let now = owed;
  const outcome = await makeCalls(
    parts,
    { owed, sent: row.sent, unknownOutcomes: row.unknownOutcomes },
    {
      ...options,
      priority: 'reply',
      onSent: async (sent) => {
        if (sent === now.length) return markDone(row);
        await parts.db.update(telegramUpdates).set({ sent }).where(sameUpdate(row));
      },
      onOwed: async (next) => {
        await parts.db.update(telegramUpdates).set({ owed: next }).where(sameUpdate(row));
        now = next;
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
          error: shorten(outcome.why, 1_000),
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

function observe(parts: InboxParts, row: UpdateRow): null {
  parts.metrics?.telegramUpdates.inc({ outcome: 'handled' });
  parts.metrics?.telegramUpdateSeconds.observe((Date.now() - row.receivedAt.getTime()) / 1_000);
  return null;
}

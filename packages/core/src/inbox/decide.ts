import { type OwedCall, telegramUpdates, type Tx } from '@aisha/db';
import { classifyError, storableJson } from '@aisha/service';
import { and, asc, ne, sql } from 'drizzle-orm';
import { transact } from '../unit.ts';
import { gatherMs } from './album.ts';
import { CLAIM } from './calls.ts';
import {
  type DispatchParts,
  type LaneId,
  type LaneOutcome,
  sameUpdate,
  type Step,
  type UpdateRow,
} from './inbox.ts';
import { owedCalls, readStored } from './owed.ts';
import { noteFailure, setAsideUnread } from './poison.ts';
import { HELD_MS, limitHolding, pressBefore, wokenLanes } from './presses.ts';

/** Updates decided in one transaction at most; each adds some milliseconds to what the others wait. */
export const MOST_TOGETHER = 32;

/** What is next for each lane. One whose handling fails must not take the others with it: then each goes by itself. */
export async function takeOldest(
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
  const deciding: UpdateRow[] = [];
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
async function decideTogether(
  parts: DispatchParts,
  lanes: readonly LaneId[],
  onDeciding: (rows: readonly UpdateRow[]) => void = () => undefined,
): Promise<Step[]> {
  const woken: LaneId[] = [];
  const next = await transact(parts, async (unit): Promise<Step[]> => {
    const oldest = await lockOldest(unit.tx, lanes);
    const rows = oldest.map(({ row }) => row);
    const steps = new Map<UpdateRow, Step>();
    for (const row of rows) {
      const step = waitOf(row) ?? (row.state === 'decided' ? await resume(parts, unit.tx, row) : null);
      if (step) steps.set(row, step);
    }
    await holdBack(unit.tx, oldest, steps);
    const pending = rows.filter((row) => !steps.has(row)).toSorted(pressesFirst);
    onDeciding(pending);
    const decided = await parts.conversation.decide(
      unit,
      pending.map(({ payload }) => payload),
    );
    pending.forEach((row, index) => {
      steps.set(row, { kind: 'calls', row: { ...row, attempts: 0 }, owed: decided[index] ?? [] });
    });
    const decisions = pending.map((row, index) => ({ row, owed: decided[index] ?? [] }));
    woken.push(...(await keepDecisions(unit.tx, decisions)));
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
  for (const lane of woken) parts.wake(lane);
  return next;
}

const pressesFirst = (a: UpdateRow, b: UpdateRow) =>
  Number(b.kind === 'callback_query') - Number(a.kind === 'callback_query');

/** Messages wait for older presses of their person, unless the only one is decided together with them, just before. */
async function holdBack(tx: Tx, oldest: readonly Oldest[], steps: Map<UpdateRow, Step>): Promise<void> {
  const undecided = oldest.filter(({ row }) => !steps.has(row));
  const held = undecided.filter(
    ({ holder }) => holder && !undecided.some(({ row }) => row.updateId === holder.updateId),
  );
  for (const { row } of held) steps.set(row, { kind: 'held', ms: HELD_MS });
  for (const { holder } of held) if (holder?.isNew) await limitHolding(tx, holder);
}

const keyOf = ({ botId, lane }: LaneId) => `${botId} ${lane}`;

interface Oldest {
  readonly row: UpdateRow;
  /** The newest press that it waits for. */
  readonly holder: {
    readonly botId: number;
    readonly lane: string;
    readonly updateId: number;
    readonly isNew: boolean;
  } | null;
}

/** The oldest unfinished update of each lane, locked, and what it waits for. */
async function lockOldest(tx: Tx, lanes: readonly LaneId[]): Promise<Oldest[]> {
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
    .innerJoinLateral(oldest, sql`true`)
    .leftJoinLateral(pressBefore(tx, oldest), sql`${oldest.state} = 'pending'`);
  return found.map(({ oldest: row, holder }) => ({ row, holder }));
}

/** Why nothing can be done for an update now; null when something can. */
function waitOf(row: UpdateRow): LaneOutcome | null {
  if (row.state === 'decided' && row.claimedUntil && row.claimedUntil.getTime() > Date.now())
    return { kind: 'busy' };
  const gathering = row.state === 'pending' ? gatherMs(row) : 0;
  if (gathering > 0) return { kind: 'wait', ms: gathering };
  const pause = row.nextCheckAt.getTime() - Date.now();
  return row.attempts > 0 && pause > 0 ? { kind: 'wait', ms: pause } : null;
}

/** Claims what was decided before, to make the calls that are left. */
async function resume(parts: DispatchParts, tx: Tx, row: UpdateRow): Promise<Step> {
  const owed = readStored(owedCalls, row.owed, parts.log, { updateId: row.updateId, kind: row.kind });
  if (!owed) return setAsideUnread(parts, tx, row);
  // Whoever claimed it never came back: whether its last call was made nobody knows.
  const unknownOutcomes = row.unknownOutcomes + (row.claimedUntil ? 1 : 0);
  await tx.update(telegramUpdates).set({ claimedUntil: CLAIM, unknownOutcomes }).where(sameUpdate(row));
  return { kind: 'calls', row: { ...row, unknownOutcomes }, owed };
}

async function keepDecisions(
  tx: Tx,
  decisions: readonly { readonly row: UpdateRow; readonly owed: readonly OwedCall[] }[],
): Promise<LaneId[]> {
  if (decisions.length === 0) return [];
  const list = storableJson(
    decisions.map(({ row, owed }) => ({
      bot_id: row.botId,
      update_id: row.updateId,
      owed,
    })),
  );
  const kept = await tx
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
    )
    .returning({ botId: telegramUpdates.botId, woken: wokenLanes });
  return kept.flatMap(({ botId, woken }) => woken.map((lane) => ({ botId, lane })));
}

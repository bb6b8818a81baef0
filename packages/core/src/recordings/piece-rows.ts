import { type FailureReason, recordingPieces, recordings } from '@aisha/db';
import { and, asc, count, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import { failOrder, noteProgress } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { countPaidCall, type PaidCall } from '../spending/spending.ts';
import { type Order, transact, type Unit } from '../unit.ts';
import { enqueuePieces } from './leader.ts';
import { type Answer, isOpen, type Piece } from './piece.ts';

/** What asking for a piece is counted as. */
export const callFor = (
  piece: Piece,
  { ownerId, chatId }: Pick<Order, 'ownerId' | 'chatId'>,
  usdPerMinute: number | null,
): PaidCall => ({
  ownerId,
  chatId,
  for: 'recording',
  id: piece.recordingId,
  usd: usdPerMinute === null ? null : (secondsHeard([piece]) / 60) * usdPerMinute,
});

/** Counts the call that is about to be made; the reason why it must not be, if there is one. */
export function countAsking(
  parts: WorkerParts,
  piece: Piece,
  order: Pick<Order, 'ownerId' | 'chatId'>,
  usdPerMinute: number | null,
): Promise<FailureReason | null> {
  return transact(parts, async ({ tx }) => {
    await tx
      .update(recordingPieces)
      .set({ asked: sql`${recordingPieces.asked} + 1` })
      .where(isOpen(piece));
    return countPaidCall(tx, parts.config.spending, callFor(piece, order, usdPerMinute));
  });
}

export async function keepAnswer(parts: WorkerParts, piece: Piece, answer: Answer): Promise<void> {
  await parts.db.update(recordingPieces).set(answer).where(isOpen(piece));
}

/** A recogniser failed this piece so often; from now on this row knows. */
export async function noteTry(parts: WorkerParts, piece: Piece, name: string, tries: number): Promise<void> {
  await parts.db
    .update(recordingPieces)
    .set({ tries: sql`${recordingPieces.tries} || jsonb_build_object(${name}::text, ${tries}::int)` })
    .where(isOpen(piece));
}

export async function finishIn(unit: Unit, piece: Piece, answer: Answer): Promise<void> {
  await unit.tx
    .update(recordingPieces)
    .set({ ...answer, doneAt: sql`now()` })
    .where(isOpen(piece));
}

export async function finish(parts: WorkerParts, order: Order, piece: Piece, answer: Answer): Promise<void> {
  await transact(parts, (unit) => finishIn(unit, piece, answer));
  return goOn(parts, order, piece);
}

/** About this piece alone: of the others nothing is said by it. */
const ITS_OWN: ReadonlySet<FailureReason> = new Set(['provider_refused', 'internal']);

/**
 * Nobody could recognise this piece: it is marked as missing, with its time, and is not charged. Where nothing of the
 * recording has been recognised, and the others will fare no better, the order ends with the reason at once.
 */
export async function leaveOut(
  parts: WorkerParts,
  order: Order,
  piece: Piece,
  failure: FailureReason,
): Promise<void> {
  const [done] = await parts.db
    .select({ n: count() })
    .from(recordingPieces)
    .where(
      and(
        eq(recordingPieces.recordingId, piece.recordingId),
        isNotNull(recordingPieces.doneAt),
        ne(recordingPieces.text, ''),
      ),
    );
  if (!done?.n && !ITS_OWN.has(failure)) return failOrder(parts, order.id, failure);
  await parts.db
    .update(recordingPieces)
    .set({ text: '', words: [], failure, doneAt: sql`now()` })
    .where(isOpen(piece));
  return goOn(parts, order, piece);
}

async function goOn(parts: WorkerParts, order: Order, piece: Piece): Promise<void> {
  await noteMinutes(parts, order.id, piece.recordingId);
  await transact(parts, (unit) => enqueuePieces(unit, order, piece.recordingId, { after: piece.index }));
  return joinIfDone(parts, piece.recordingId);
}

/** The text grows in the status message: as often as somebody reads. */
const LIVE_MS = 2_500;

async function noteMinutes(parts: WorkerParts, orderId: string, recordingId: string): Promise<void> {
  const ms = sql<number>`coalesce(sum(${recordingPieces.endMs} - ${recordingPieces.startMs}), 0)::float8`;
  const [sum] = await parts.db
    .select({
      all: ms,
      done: sql<number>`coalesce(sum(${recordingPieces.endMs} - ${recordingPieces.startMs}) filter (where ${recordingPieces.doneAt} is not null), 0)::float8`,
    })
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId));
  const total = Math.max(1, Math.ceil((sum?.all ?? 0) / 60_000));
  const done = Math.min(total, Math.floor((sum?.done ?? 0) / 60_000));
  await noteProgress(parts, orderId, { stage: 'transcribing', done, total }, { debounceMs: LIVE_MS });
}

/** Whoever finishes the last piece enqueues the join; the sweeper does where a crash came between. */
export async function joinIfDone(parts: WorkerParts, recordingId: string): Promise<void> {
  const [open] = await parts.db
    .select({ n: count() })
    .from(recordingPieces)
    .innerJoin(recordings, eq(recordings.id, recordingPieces.recordingId))
    .where(
      and(
        eq(recordingPieces.recordingId, recordingId),
        isNull(recordingPieces.doneAt),
        // What its owner does not want any more is not waited for.
        isNull(recordings.stoppedAt),
      ),
    );
  if (open?.n === 0)
    await transact(parts, async (unit) => {
      unit.enqueue('recording.join', { recordingId });
    });
}

/** How much of a recording is given to the recogniser, and paid for: pieces in which nothing rises above the noise are not. */
export const secondsHeard = (
  pieces: readonly { startMs: number; endMs: number; silent?: boolean | undefined }[],
): number =>
  pieces.reduce((ms, { startMs, endMs, silent = false }) => ms + (silent ? 0 : endMs - startMs), 0) / 1_000;

export async function piecesInOrder(parts: Pick<WorkerParts, 'db'>, recordingId: string) {
  return parts.db
    .select()
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId))
    .orderBy(asc(recordingPieces.index));
}

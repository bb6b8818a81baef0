import { recordingPieces, recordings } from '@aisha/db';
import { asc, eq } from 'drizzle-orm';
import type { Order, Unit } from '../unit.ts';
import { waitsAs } from '../users/turns.ts';

/** Pieces take turns with those of other people's recordings, a worker's handful at a time. */
const turnOf = (order: Pick<Order, 'turn'>, index: number) => order.turn + Math.floor(index / 8);

/**
 * Enqueues the pieces that are not done. Where speakers are told apart across pieces, the first one that holds speech leads:
 * the samples of voices come from it, and until it is done no other begins. `after` a piece only what waited for it.
 */
export async function enqueuePieces(
  unit: Unit,
  order: Pick<Order, 'turn' | 'ownerId'>,
  recordingId: string,
  { after }: { readonly after?: number } = {},
): Promise<void> {
  const [recording] = await unit.tx
    .select({ wantSpeakers: recordings.wantSpeakers })
    .from(recordings)
    .where(eq(recordings.id, recordingId));
  const pieces = await unit.tx
    .select({ index: recordingPieces.index, doneAt: recordingPieces.doneAt, silent: recordingPieces.silent })
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId))
    .orderBy(asc(recordingPieces.index));
  const leader = recording?.wantSpeakers === true ? pieces.find(({ silent }) => !silent) : undefined;
  if (after !== undefined && leader?.index !== after) return;
  const waiting = leader && !leader.doneAt ? [leader] : pieces.filter(({ doneAt }) => !doneAt);
  for (const { index } of waiting)
    unit.enqueue(
      'recording.piece',
      { recordingId, index },
      {
        turn: turnOf(order, index),
        by: waitsAs(order.ownerId),
      },
    );
}

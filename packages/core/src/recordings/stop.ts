import { type Db, recordingPieces, recordings } from '@aisha/db';
import { and, asc, eq, isNotNull, ne, sql } from 'drizzle-orm';
import type { Order, Unit } from '../unit.ts';

const spoken = (recordingId: string) =>
  and(
    eq(recordingPieces.recordingId, recordingId),
    isNotNull(recordingPieces.doneAt),
    ne(recordingPieces.text, ''),
  );

/** The owner wants what is recognised so far, and no more: no further piece is heard, and what there is, is joined. */
export async function stopRecording(unit: Unit, { subjectId }: Order): Promise<boolean> {
  const recordingId = subjectId ?? '';
  if ((await unit.tx.$count(recordingPieces, spoken(recordingId))) === 0) return false;
  await unit.tx
    .update(recordings)
    .set({ stoppedAt: sql`coalesce(${recordings.stoppedAt}, now())` })
    .where(eq(recordings.id, recordingId));
  unit.enqueue('recording.join', { recordingId });
  return true;
}

/** So many characters of the text are shown while it grows. */
const SHOWN = 700;

/** The end of what is recognised without a gap from the beginning; null while there is nothing. */
export async function heardSoFar(db: Pick<Db, 'select'>, recordingId: string): Promise<string | null> {
  const pieces = await db
    .select({ text: recordingPieces.text, doneAt: recordingPieces.doneAt })
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId))
    .orderBy(asc(recordingPieces.index));
  if (pieces.length < 2) return null;
  const open = pieces.findIndex(({ doneAt }) => !doneAt);
  const text = pieces
    .slice(0, open < 0 ? pieces.length : open)
    .map((piece) => piece.text ?? '')
    .filter(Boolean)
    .join(' ');
  if (text === '') return null;
  return text.length <= SHOWN ? text : `…${text.slice(-SHOWN).replace(/^\S*\s/, ' ')}`;
}

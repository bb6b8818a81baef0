import { orders, recordingPieces, recordings } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { and, eq, isNotNull, notExists, sql } from 'drizzle-orm';
import { unended } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';

/** Done in one pass; what is left is done by the next. */
const BATCH = 100;

/** A job under way may still write for a deleted recording; after this long none runs any more. */
const LAST_JOB_ENDED = sql`now() - interval '15 minutes'`;

export async function removeRecordings(parts: WorkerParts): Promise<void> {
  const gone = await parts.db
    .select({
      id: recordings.id,
      ownerId: recordings.ownerId,
      last: sql<boolean>`${recordings.deletedAt} < ${LAST_JOB_ENDED}`,
    })
    .from(recordings)
    .where(isNotNull(recordings.deletedAt))
    .limit(BATCH);
  for (const { id, ownerId, last } of gone) {
    await parts.storage.deletePrefix('transcripts', objectKey(ownerId, 'recordings', id, ''));
    if (last) await parts.db.delete(recordings).where(eq(recordings.id, id));
  }
}

/** The sound is needed only while its transcription is under way. */
export async function removePieces(parts: WorkerParts): Promise<void> {
  const waiting = parts.db
    .select({ one: sql`1` })
    .from(orders)
    .where(and(eq(orders.subjectId, recordingPieces.recordingId), eq(orders.kind, 'transcription'), unended));
  const done = await parts.db
    .selectDistinct({ id: recordings.id, ownerId: recordings.ownerId })
    .from(recordingPieces)
    .innerJoin(recordings, eq(recordings.id, recordingPieces.recordingId))
    .where(notExists(waiting))
    .limit(BATCH);
  for (const { id, ownerId } of done) {
    await parts.storage.deletePrefix('transcripts', objectKey(ownerId, 'recordings', id, 'pieces/'));
    await parts.db.delete(recordingPieces).where(eq(recordingPieces.recordingId, id));
  }
}

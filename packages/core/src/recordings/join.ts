import { recordings, type Segment } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { eq, sql } from 'drizzle-orm';
import { failOrder, orderUnderWay, succeedOrder } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { piecesInOrder } from './pieces.ts';
import type { Recording } from './recordings.ts';

export interface Transcript {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly language: string | null;
}

/** Job: puts the pieces together in their order and keeps the transcript. */
export async function joinRecording(parts: WorkerParts, recordingId: string): Promise<void> {
  const order = await orderUnderWay(parts.db, 'transcription', recordingId);
  const [recording] = await parts.db.select().from(recordings).where(eq(recordings.id, recordingId));
  if (!order || !recording) return;
  const pieces = await piecesInOrder(parts, recordingId);
  if (pieces.length === 0 || pieces.some((piece) => !piece.doneAt)) return;

  const spoken = pieces.filter((piece) => piece.text);
  if (spoken.length === 0) return failOrder(parts, order.id, 'silence');
  await keepTranscript(parts, recording, order, {
    text: spoken.map((piece) => piece.text).join('\n\n'),
    // Where the model gives no times, the piece's own are the truth that there is.
    segments: spoken.flatMap((piece) =>
      piece.segments?.length
        ? [...piece.segments]
        : [{ startMs: piece.startMs, endMs: piece.endMs, text: piece.text ?? '' }],
    ),
    language: spoken.find((piece) => piece.language)?.language ?? null,
  });
}

/** Keeps the text in the bucket and in the row, and ends the order, all or nothing. */
export async function keepTranscript(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  transcript: Transcript,
): Promise<void> {
  const key = objectKey(recording.ownerId, 'recordings', recording.id, 'transcript.txt');
  await parts.storage.put('transcripts', key, Buffer.from(transcript.text, 'utf8'), {
    contentType: 'text/plain; charset=utf-8',
  });
  await transact(parts, async (unit) => {
    if (!(await succeedOrder(unit, order.id))) return;
    await unit.tx
      .update(recordings)
      .set({
        text: transcript.text,
        segments: transcript.segments,
        language: transcript.language,
        transcriptKey: key,
        transcribedAt: sql`now()`,
      })
      .where(eq(recordings.id, recording.id));
  });
}

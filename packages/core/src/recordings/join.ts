import { recordings, type Segment } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { eq, sql } from 'drizzle-orm';
import { failOrder, orderUnderWay, succeedOrder } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { type Piece, piecesInOrder, secondsHeard } from './pieces.ts';
import type { Recording } from './recordings.ts';
import { chargedMinutes } from './transcription-order.ts';
import { putTranscript, type Transcript } from './transcript.ts';

/** Job: puts the pieces together in their order and keeps the transcript. */
export async function joinRecording(parts: WorkerParts, recordingId: string): Promise<void> {
  const order = await orderUnderWay(parts.db, 'transcription', recordingId);
  const [recording] = await parts.db.select().from(recordings).where(eq(recordings.id, recordingId));
  if (!order || !recording) return;
  const pieces = await piecesInOrder(parts, recordingId);
  if (pieces.length === 0 || pieces.some((piece) => !piece.doneAt)) return;

  const spoken = pieces.filter((piece) => piece.text);
  if (spoken.length === 0) return failOrder(parts, order.id, 'silence');
  // Minutes in which something was said; more than was agreed on is never charged.
  const delivered = chargedMinutes(secondsHeard(spoken), parts.prices);
  await keepTranscript(parts, recording, order, {
    delivered,
    text: spoken.map((piece) => piece.text).join('\n\n'),
    transcript: transcriptOf(recording, spoken),
  });
}

function transcriptOf(recording: Recording, spoken: readonly Piece[]): Transcript {
  // A speaker's label is of one piece: the same one in the next is somebody else.
  const labels = [
    ...new Set(
      spoken.flatMap(({ index, segments }) =>
        (segments ?? []).flatMap(({ speaker }) => (speaker === undefined ? [] : [`${index} ${speaker}`])),
      ),
    ),
  ];
  return {
    language: spoken.find((piece) => piece.language)?.language ?? null,
    durationMs: recording.durationMs ?? spoken.at(-1)?.endMs ?? 0,
    // Where the model gives no times, the piece's own are the truth that there is.
    segments: spoken.flatMap(({ index, startMs, endMs, text, segments }) =>
      segments?.length
        ? segments.map((one) => ({
            startMs: one.startMs,
            endMs: one.endMs,
            speaker: one.speaker === undefined ? null : labels.indexOf(`${index} ${one.speaker}`),
            text: one.text,
          }))
        : [{ startMs, endMs, speaker: null, text: text ?? '' }],
    ),
    missing: [],
    speakers: labels.map(() => null),
    timesFrom: spoken.some(({ segments }) => segments?.length) ? 'recogniser' : 'pieces',
  };
}

export interface Kept {
  /** Of the order's units. */
  readonly delivered?: number;
  readonly text: string;
  readonly transcript: Transcript;
}

/** Keeps text and transcript in the bucket and the text in the row, and ends the order, all or nothing. */
export async function keepTranscript(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  { text, transcript, delivered }: Kept,
): Promise<void> {
  const key = objectKey(recording.ownerId, 'recordings', recording.id, 'transcript.txt');
  await putTranscript(parts.storage, recording, transcript);
  await parts.storage.put('transcripts', key, Buffer.from(text, 'utf8'), {
    contentType: 'text/plain; charset=utf-8',
  });
  await transact(parts, async (unit) => {
    if (!(await succeedOrder(unit, order.id, delivered))) return;
    await unit.tx
      .update(recordings)
      .set({
        text,
        segments: transcript.segments.map(segmentOf),
        language: transcript.language,
        transcriptKey: key,
        transcribedAt: sql`now()`,
      })
      .where(eq(recordings.id, recording.id));
  });
}

/** As the row has it, for what reads rows alone. */
const segmentOf = ({ startMs, endMs, speaker, text }: Transcript['segments'][number]): Segment => ({
  startMs,
  endMs,
  text,
  ...(speaker === null ? {} : { speaker: String(speaker) }),
});

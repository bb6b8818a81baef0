import { recordings, type Segment } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { eq, sql } from 'drizzle-orm';
import { giveUpFalJob } from '../fal/jobs.ts';
import { cancelOrder, failOrder, orderUnderWay, succeedOrder } from '../orders/orders.ts';
import { AGAIN } from '../overdue.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { waitsAs } from '../users/turns.ts';
import { type Order, transact } from '../unit.ts';
import { segmentsOf, textOf } from './cues.ts';
import { withoutOverlaps } from './overlap.ts';
import type { Piece } from './piece.ts';
import { piecesInOrder, secondsHeard } from './piece-rows.ts';
import type { Recording } from './recordings.ts';
import { firstWords, saysNothing } from './title.ts';
import { titleOf } from './title-by-model.ts';
import { putTranscript, type Transcript } from './transcript.ts';
import { chargedMinutes } from './transcription-order.ts';
import { timedWords } from './words.ts';

/** Job: puts the pieces together in their order and keeps the transcript. */
export async function joinRecording(parts: WorkerParts, recordingId: string, run: Run): Promise<void> {
  const order = await orderUnderWay(parts.db, 'transcription', recordingId);
  const [recording] = await parts.db.select().from(recordings).where(eq(recordings.id, recordingId));
  if (!order || !recording) return;
  const pieces = await piecesInOrder(parts, recordingId);
  const stopped = recording.stoppedAt !== null;
  if (pieces.length === 0 || (!stopped && pieces.some((piece) => !piece.doneAt))) return;

  const done = pieces.filter((piece) => piece.doneAt);
  const missing = pieces.filter((piece) => !piece.doneAt || piece.failure !== null);
  const transcript = transcriptOf(recording, done, missing);
  if (transcript.segments.length === 0) {
    if (stopped)
      return transact(parts, async (unit) => void (await cancelOrder(unit, order.ownerId, order.id)));
    return failOrder(parts, order.id, missing.find(({ failure }) => failure)?.failure ?? 'silence');
  }
  // Minutes in which something was said and recognised; more than was agreed on is never charged.
  const delivered = chargedMinutes(secondsHeard(done.filter(({ text }) => text)), parts.prices);
  const text = textOf(transcript);
  const title = hasOwnName(recording)
    ? null
    : await titleOf(parts, recording, order, { text, transcript }, run);
  await keepTranscript(parts, recording, order, { delivered, text, transcript, title });
}

function transcriptOf(recording: Recording, done: readonly Piece[], missing: readonly Piece[]): Transcript {
  const heard = done.map((piece) => ({
    startMs: piece.startMs,
    endMs: piece.endMs,
    audioStartMs: piece.audioStartMs ?? piece.startMs,
    audioEndMs: piece.audioEndMs ?? piece.endMs,
    words: wordsOf(piece),
  }));
  const words = withoutOverlaps(heard)
    .flat()
    .map((word) => ({ ...word, speaker: senderAt(recording, word) ?? word.speaker }));
  const labels = [...new Set(words.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker])))];
  return {
    language: mostly(done) ?? recording.language,
    durationMs: recording.durationMs ?? done.at(-1)?.endMs ?? 0,
    segments: segmentsOf(
      words.map(({ speaker, ...word }) => ({
        ...word,
        speaker: speaker === undefined ? null : labels.indexOf(speaker),
      })),
    ),
    missing: missing.map(({ startMs, endMs }) => ({ startMs, endMs })),
    speakers: labels.map((label) => (recording.source === 'voices' && label !== '' ? label : null)),
    timesFrom: words.some(({ told }) => told === true) ? 'recogniser' : 'pieces',
  };
}

/** What a release before this one recognised has no words: its segments, or the piece as a whole. */
function wordsOf({ words, text, segments, startMs, endMs, voiced }: Piece): NonNullable<Piece['words']> {
  if (words !== null) return words;
  const timed = segments?.map((one) => ({
    ...one,
    start: (one.startMs - startMs) / 1_000,
    end: (one.endMs - startMs) / 1_000,
  }));
  return timedWords({ text: text ?? '', segments: timed }, { startMs, endMs, voiced: voiced ?? [] });
}

/** Of several voices that became one recording each is its sender's. */
function senderAt(
  { source, rollCall }: Recording,
  word: { readonly startMs: number; readonly endMs: number },
) {
  if (source !== 'voices') return undefined;
  const middle = (word.startMs + word.endMs) / 2;
  return rollCall?.find(({ startMs, endMs }) => startMs <= middle && middle <= endMs)?.speaker;
}

/** The language of most of what is said. */
function mostly(pieces: readonly Piece[]): string | null {
  const lengths = new Map<string, number>();
  for (const { language, text } of pieces)
    if (language !== null) lengths.set(language, (lengths.get(language) ?? 0) + (text?.length ?? 0));
  return [...lengths].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

export interface Kept {
  /** What the text model found it to be about; null: it said nothing. */
  readonly title?: string | null;
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
  { text, transcript, delivered, title = null }: Kept,
): Promise<void> {
  const key = objectKey(recording.ownerId, 'recordings', recording.id, 'transcript.txt');
  await putTranscript(parts.storage, recording, transcript);
  await parts.storage.put('transcripts', key, Buffer.from(text, 'utf8'), {
    contentType: 'text/plain; charset=utf-8',
  });
  await transact(parts, async (unit) => {
    if (!(await succeedOrder(unit, order.id, delivered))) return;
    // What its owner did not wait for.
    await giveUpFalJob(unit, order.id);
    await unit.tx
      .update(recordings)
      .set({
        text,
        segments: transcript.segments.map(segmentOf),
        language: transcript.language,
        missing: transcript.missing,
        ...titled(recording, text, title),
        ...namedBy(recording, transcript),
        transcriptKey: key,
        transcribedAt: sql`now()`,
        indexDueAt: AGAIN,
      })
      .where(eq(recordings.id, recording.id));
    unit.enqueue('history.index', { recordingId: recording.id }, { by: waitsAs(recording.ownerId) });
  });
}

/** Somebody called it this, or its file has a name that says something. */
const hasOwnName = ({ titleFrom, fileName, source }: Recording): boolean =>
  titleFrom !== null || source === 'text' || (fileName !== null && !saysNothing(fileName));

/** What has no name of its own is called by what it is about, or by its first words. */
function titled(recording: Recording, text: string, found: string | null) {
  if (hasOwnName(recording)) return {};
  if (found !== null) return { title: found, titleFrom: 'model' as const };
  // A file's name, whatever it says, is known to who sent it.
  const title = recording.fileName === null ? firstWords(text) : null;
  return title === null ? {} : { title, titleFrom: 'words' as const };
}

/** Names that the source itself tells: who sent a voice, who speaks in subtitles. */
const namedBy = ({ speakerNames }: Recording, { speakers }: Transcript) =>
  speakerNames === null && speakers.some((name) => name !== null) ? { speakerNames: speakers } : {};

/** As the row has it, for what reads rows alone. */
const segmentOf = ({ startMs, endMs, speaker, text, unsure }: Transcript['segments'][number]): Segment => ({
  startMs,
  endMs,
  text,
  ...(speaker === null ? {} : { speaker: String(speaker) }),
  ...(unsure ? { unsure } : {}),
});

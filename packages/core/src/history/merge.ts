import { type Place, recordings, type RecordingPart, type Segment } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { and, asc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { linesOf } from '../documents/lines.ts';
import {
  failOrder,
  orderUnderWay,
  type Placed,
  placeOrder,
  startOrder,
  succeedOrder,
} from '../orders/orders.ts';
import { AGAIN } from '../overdue.ts';
import type { WorkerParts } from '../parts.ts';
import { textOf } from '../recordings/cues.ts';
import type { Recording } from '../recordings/recordings.ts';
import { speakersOf } from '../recordings/speakers.ts';
import { putTranscript, readTranscript, type Transcript, transcriptInRow } from '../recordings/transcript.ts';
import { transact, type Unit } from '../unit.ts';
import { waitsAs } from '../users/turns.ts';

/** More recordings than a meeting is sent in. */
export const MOST_MERGED = 20;
/** Letters of a merged text: two days of speech. */
const LONGEST_MERGED = 3_000_000;

/** What can be merged of these: one's own, heard or read, no parts of others. Oldest first. */
export const mergeable = (
  tx: Pick<Unit['tx'], 'select'>,
  ownerId: number,
  ids: readonly string[],
): Promise<Recording[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx
        .select()
        .from(recordings)
        .where(
          and(
            inArray(recordings.id, [...ids]),
            eq(recordings.ownerId, ownerId),
            isNull(recordings.deletedAt),
            isNull(recordings.mergedInto),
            isNotNull(recordings.transcribedAt),
          ),
        )
        .orderBy(asc(recordings.createdAt), asc(recordings.id));

/** Orders one recording of several, in the order of their time. `too_few`: fewer than two of them are there (any more). */
export async function orderMerge(
  unit: Unit,
  ownerId: number,
  ids: readonly string[],
  { title, ...place }: Place & { readonly title: string },
): Promise<Placed | { readonly kind: 'too_few' } | { readonly kind: 'too_long' }> {
  const found = (await mergeable(unit.tx, ownerId, ids)).slice(0, MOST_MERGED);
  if (found.length < 2) return { kind: 'too_few' };
  if (found.reduce((sum, { text }) => sum + (text?.length ?? 0), 0) > LONGEST_MERGED)
    return { kind: 'too_long' };
  const recording = await keepMerged(unit, found, { ownerId, title, chatId: place.chatId });
  return placeOrder(unit, { ...place, ownerId, kind: 'merge', subjectId: recording.id, input: {} });
}

/** The row of a recording that is made of others; its text follows (`composeMerged`). */
async function keepMerged(
  unit: Unit,
  parts: readonly Recording[],
  of: { readonly ownerId: number; readonly title: string; readonly chatId: number },
): Promise<Recording> {
  const chats = new Set(parts.map(({ chatId }) => chatId));
  const [common] = chats;
  const [recording] = await unit.tx
    .insert(recordings)
    .values({
      ...of,
      // A group finds what was merged of its own alone.
      chatId: chats.size === 1 && common !== undefined ? common : of.chatId,
      messageId: 0,
      source: 'merged',
      fileId: '',
      parts: parts.map(({ id: recordingId }) => ({ recordingId, firstLine: 1, startMs: 0 })),
      createdAt: parts.at(-1)?.createdAt ?? new Date(),
    })
    .returning();
  if (!recording) throw new Error('insert returned nothing');
  return recording;
}

/**
 * A recording that is made of others at once, by what their rows say, while they stay as they are: what a digest is written
 * over. Search finds what they say where it was said.
 */
export async function keepMergedText(
  unit: Unit,
  parts: readonly Recording[],
  of: { readonly ownerId: number; readonly title: string; readonly chatId: number },
): Promise<Recording> {
  const { transcript, starts } = joined(
    parts.map((recording) => ({ recording, transcript: transcriptInRow(recording) })),
  );
  const { id } = await keepMerged(unit, parts, of);
  const [recording] = await unit.tx
    .update(recordings)
    .set({
      text: textOf(transcript),
      segments: transcript.segments.map(segmentOf),
      durationMs: transcript.timesFrom === 'none' ? null : transcript.durationMs,
      language: transcript.language,
      parts: starts,
      transcribedAt: sql`now()`,
    })
    .where(eq(recordings.id, id))
    .returning();
  if (!recording) throw new Error('it was inserted a moment ago');
  return recording;
}

/** Job: puts the transcripts together and hides the parts behind the whole, all or nothing. */
export async function mergeRecordings(parts: WorkerParts, recordingId: string): Promise<void> {
  const waiting = await orderUnderWay(parts.db, 'merge', recordingId);
  const order = waiting && (await startOrder(parts, waiting.id));
  if (!order) return;
  const composed = await composeMerged(parts, recordingId);
  if (!composed) return failOrder(parts, order.id, 'nothing_to_write');
  const { recording, ids } = composed;
  const done = await transact(parts, async (unit) => {
    // Held, so that none of them goes meanwhile.
    const there = await unit.tx
      .select({ id: recordings.id })
      .from(recordings)
      .where(
        and(inArray(recordings.id, [...ids]), isNull(recordings.deletedAt), isNull(recordings.mergedInto)),
      )
      .orderBy(recordings.id)
      .for('update');
    // One of them was deleted, or became a part of another whole, while this was read.
    if (there.length < ids.length) return false;
    if (!(await succeedOrder(unit, order.id))) return true;
    await unit.tx
      .update(recordings)
      .set({ ...composed.columns, transcribedAt: sql`now()`, indexDueAt: AGAIN })
      .where(eq(recordings.id, recordingId));
    await unit.tx
      .update(recordings)
      .set({ mergedInto: recordingId, indexDueAt: AGAIN })
      .where(inArray(recordings.id, [...ids]));
    for (const id of [recordingId, ...ids])
      unit.enqueue('history.index', { recordingId: id }, { by: waitsAs(recording.ownerId) });
    return true;
  });
  if (!done) await failOrder(parts, order.id, 'result_gone');
}

interface Composed {
  readonly recording: Recording;
  readonly ids: readonly string[];
  readonly columns: Partial<typeof recordings.$inferInsert>;
}

/** The whole of a merged recording, its transcript put to the bucket; null when fewer than two of its parts are left. */
export async function composeMerged(parts: WorkerParts, recordingId: string): Promise<Composed | null> {
  const [recording] = await parts.db.select().from(recordings).where(eq(recordings.id, recordingId));
  if (!recording?.parts) return null;
  const ids = recording.parts.map((part) => part.recordingId);
  const found = await parts.db
    .select()
    .from(recordings)
    .where(and(inArray(recordings.id, ids), isNull(recordings.deletedAt)));
  const ordered = ids.flatMap((id) => found.filter((one) => one.id === id));
  const [first] = ordered;
  if (first === undefined) return null;
  const read: { recording: Recording; transcript: Transcript }[] = [];
  for (const one of ordered) read.push({ recording: one, transcript: await readTranscript(parts, one) });
  const { transcript, starts } = joined(read);
  if (transcript.segments.length === 0) return null;
  const key = objectKey(recording.ownerId, 'recordings', recordingId, 'transcript.txt');
  const text = textOf(transcript);
  await putTranscript(parts.storage, recording, transcript);
  await parts.storage.put('transcripts', key, Buffer.from(text, 'utf8'), {
    contentType: 'text/plain; charset=utf-8',
  });
  return {
    recording,
    ids: ordered.map(({ id }) => id),
    columns: {
      text,
      segments: transcript.segments.map(segmentOf),
      durationMs: transcript.timesFrom === 'none' ? null : transcript.durationMs,
      language: transcript.language,
      missing: transcript.missing,
      transcriptKey: key,
      parts: starts,
    },
  };
}

/** One transcript of several, one after the other; a speaker with a name is the same in all of them. */
function joined(read: readonly { readonly recording: Recording; readonly transcript: Transcript }[]): {
  transcript: Transcript;
  starts: RecordingPart[];
} {
  const speakers: (string | null)[] = [];
  const named = new Map<string, number>();
  const segments: Transcript['segments'] = [];
  const missing: Transcript['missing'] = [];
  const starts: RecordingPart[] = [];
  let [startMs, lines] = [0, 0];
  for (const { recording, transcript } of read) {
    starts.push({ recordingId: recording.id, firstLine: lines + 1, startMs });
    const names = speakersOf(recording, transcript);
    const numbers = names.map((name) => {
      const known = name === null ? undefined : named.get(name);
      if (known !== undefined) return known;
      const number = speakers.push(name) - 1;
      if (name !== null) named.set(name, number);
      return number;
    });
    const shift = { ms: startMs };
    const moved = <T extends { startMs: number; endMs: number }>(one: T): T => ({
      ...one,
      startMs: one.startMs + shift.ms,
      endMs: one.endMs + shift.ms,
    });
    for (const { words, ...segment } of transcript.segments)
      segments.push({
        ...moved(segment),
        speaker: segment.speaker === null ? null : (numbers[segment.speaker] ?? null),
        ...(words && { words: words.map(moved) }),
      });
    missing.push(...transcript.missing.map(moved));
    lines += linesOf(transcript).length;
    const lastMs = Math.max(transcript.durationMs, transcript.segments.at(-1)?.endMs ?? 0);
    startMs += transcript.timesFrom === 'none' ? 0 : lastMs;
  }
  const timed = read.filter(({ transcript }) => transcript.timesFrom !== 'none');
  return {
    starts,
    transcript: {
      language: read[0]?.transcript.language ?? null,
      durationMs: startMs,
      segments,
      missing,
      speakers,
      timesFrom:
        timed.length === 0
          ? 'none'
          : timed.every(({ transcript }) => transcript.timesFrom === 'recogniser')
            ? 'recogniser'
            : 'pieces',
    },
  };
}

const segmentOf = ({ startMs, endMs, speaker, text }: Transcript['segments'][number]): Segment => ({
  startMs,
  endMs,
  text,
  ...(speaker === null ? {} : { speaker: String(speaker) }),
});

/** The recordings that became a part of this one, oldest first. */
export const partsOf = (
  tx: Pick<Unit['tx'], 'select'>,
  { id }: Pick<Recording, 'id'>,
): Promise<Recording[]> =>
  tx
    .select()
    .from(recordings)
    .where(and(eq(recordings.mergedInto, id), isNull(recordings.deletedAt)))
    .orderBy(asc(recordings.createdAt), asc(recordings.id));

/** Takes a merged recording apart: its parts stand in the history again. What remains is to be deleted by its owner. */
export async function splitRecording(
  unit: Unit,
  { id, ownerId }: Pick<Recording, 'id' | 'ownerId'>,
): Promise<boolean> {
  const freed = await unit.tx
    .update(recordings)
    .set({ mergedInto: null, indexDueAt: AGAIN })
    .where(and(eq(recordings.mergedInto, id), eq(recordings.ownerId, ownerId)))
    .returning({ id: recordings.id });
  for (const part of freed) unit.enqueue('history.index', { recordingId: part.id }, { by: waitsAs(ownerId) });
  return freed.length > 0;
}

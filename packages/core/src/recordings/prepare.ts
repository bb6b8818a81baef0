import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingPieces, recordings, type FailureReason } from '@aisha/db';
import { objectKey } from '@aisha/storage';
import { TransientError } from '@aisha/service';
import { eq } from 'drizzle-orm';
import { failOrder, noteProgress, orderUnderWay, startOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { decodeSound, encodePiece, loudness } from './audio.ts';
import { cutAtPauses } from './cut.ts';
import { joinIfDone } from './pieces.ts';
import type { Recording } from './recordings.ts';
import { readTextFile } from './text-file.ts';

/** Pieces this long are transcribed in parallel, far below every model's limit. */
const PIECE_SECONDS = 300;

/** Job: downloads a recording, cuts it at pauses and enqueues its pieces. Goes on where an earlier run stopped. */
export async function prepareRecording(parts: WorkerParts, recordingId: string, run: Run): Promise<void> {
  const [recording] = await parts.db.select().from(recordings).where(eq(recordings.id, recordingId));
  const waiting = await orderUnderWay(parts.db, 'transcription', recordingId);
  const order = waiting && (await startOrder(parts, waiting.id));
  if (!recording || !order) return;

  const earlier = await parts.db
    .select({ index: recordingPieces.index, doneAt: recordingPieces.doneAt })
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId));
  if (earlier.length > 0) {
    await transact(parts, async (unit) => {
      for (const piece of earlier)
        if (!piece.doneAt) unit.enqueue('recording.piece', { recordingId, index: piece.index });
    });
    return joinIfDone(parts, recordingId);
  }

  const folder = await mkdtemp(join(tmpdir(), 'aisha-'));
  try {
    const problem = await download(parts, recording, order, folder, run);
    if (problem) await failOrder(parts, order.id, problem);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  folder: string,
  run: Run,
): Promise<FailureReason | null> {
  await noteProgress(parts, order.id, { stage: 'downloading' });
  if (recording.fileSize === 0) return 'empty_file';
  const source = join(folder, 'source');
  const file = await parts.telegram.downloadToFile(recording.fileId, source, { signal: run.signal });
  switch (file.kind) {
    case 'ok':
      break;
    case 'too-big':
      return 'file_too_big';
    case 'gone':
      return 'file_gone';
    case 'retry':
      throw new TransientError(`the file cannot be downloaded now: ${file.why}`);
    default:
      return file satisfies never;
  }
  if (file.bytes === 0) return 'empty_file';
  if (recording.source === 'text') return readTextFile(parts, recording, order, source);
  return cut(parts, recording, order, source, join(folder, 'sound'), run);
}

async function cut(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  source: string,
  sound: string,
  run: Run,
): Promise<FailureReason | null> {
  await noteProgress(parts, order.id, { stage: 'cutting' });
  if (!(await decodeSound(source, sound, run.signal))) return 'not_media';
  const levels = await loudness(sound);
  const pieceSeconds = Math.min(PIECE_SECONDS, parts.recogniser.can.longestAudioS ?? PIECE_SECONDS);
  const stretches = cutAtPauses(levels, pieceSeconds * 1_000);
  if (stretches.every((stretch) => stretch.silent)) return 'silence';

  const rows: (typeof recordingPieces.$inferInsert)[] = [];
  for (const [index, { voicedMs, ...stretch }] of stretches.entries()) {
    const key = objectKey(recording.ownerId, 'recordings', recording.id, `pieces/${index}.ogg`);
    if (!stretch.silent)
      await parts.storage.put(
        'transcripts',
        key,
        await encodePiece(sound, stretch.startMs, stretch.endMs, run.signal),
        {
          contentType: 'audio/ogg',
        },
      );
    rows.push({
      ...stretch,
      recordingId: recording.id,
      index,
      objectKey: key,
      voicedMs,
      ...(stretch.silent ? { text: '', segments: [], doneAt: new Date() } : {}),
    });
  }
  await transact(parts, async (unit) => {
    const durationMs = stretches.at(-1)?.endMs ?? 0;
    await unit.tx.update(recordings).set({ durationMs }).where(eq(recordings.id, recording.id));
    await unit.tx.insert(recordingPieces).values(rows).onConflictDoNothing();
    for (const row of rows)
      if (!row.silent) unit.enqueue('recording.piece', { recordingId: recording.id, index: row.index });
  });
  await noteProgress(parts, order.id, { stage: 'transcribing', done: 0, total: totalMinutes(levels.length) });
  return null;
}

const totalMinutes = (frames: number) => Math.max(1, Math.ceil((frames * 20) / 60_000));

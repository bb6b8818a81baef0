import { join } from 'node:path';
import { recordingPieces, recordings, type FailureReason } from '@aisha/db';
import { decodeSound, encodeStretch, type ScratchFolder, type Sound, sourceName } from '@aisha/media';
import { CLOUD_DOWNLOAD_LIMIT } from '@aisha/providers';
import { objectKey } from '@aisha/storage';
import { TransientError } from '@aisha/service';
import { eq } from 'drizzle-orm';
import { failOrder, noteProgress, orderUnderWay, quoteOrder, startOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { cutAtPauses } from './cut.ts';
import { joinIfDone, secondsHeard } from './pieces.ts';
import type { Recording } from './recordings.ts';
import { keepText } from './text-file.ts';

/** Pieces this long are transcribed in parallel, far below every model's limit. */
const PIECE_SECONDS = 300;

/** Job: downloads a recording, cuts it at pauses and enqueues its pieces. Goes on where an earlier run stopped. */
export async function prepareRecording(parts: WorkerParts, recordingId: string, run: Run): Promise<void> {
  const [recording] = await parts.db.select().from(recordings).where(eq(recordings.id, recordingId));
  const waiting = await orderUnderWay(parts.db, 'transcription', recordingId);
  const order = waiting && (await startOrder(parts, waiting.id));
  if (!recording || !order) return;

  const earlier = await parts.db
    .select()
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId));
  if (earlier.length > 0) {
    await transact(parts, async (unit) => {
      const isNew = earlier.every((piece) => piece.asked === 0);
      if (isNew && (await quoteOrder(unit, order, { ...order.input, seconds: secondsHeard(earlier) })))
        return;
      for (const piece of earlier)
        if (!piece.doneAt)
          unit.enqueue(
            'recording.piece',
            { recordingId, index: piece.index },
            { turn: turnOf(order, piece.index), by: order.ownerId },
          );
    });
    return joinIfDone(parts, recordingId);
  }

  await noteProgress(parts, order.id, { stage: 'downloading' });
  if (recording.fileSize === 0) return failOrder(parts, order.id, 'empty_file');
  // Where nobody says how big a file is, it comes from Telegram's cloud, which gives no more than this.
  const room = (recording.fileSize ?? CLOUD_DOWNLOAD_LIMIT) + 1024 * 1024;
  await using folder = await parts.media.scratch.folder(room, { signal: run.signal });
  const problem = await open(parts, recording, order, folder, run);
  if (problem) await failOrder(parts, order.id, problem);
}

/** Downloads it and takes it for what it is by its content, first for what its name and type say. */
async function open(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  folder: ScratchFolder,
  run: Run,
): Promise<FailureReason | null> {
  const file = join(folder.path, sourceName(recording.fileName));
  const sent = await parts.telegram.downloadToFile(recording.fileId, file, {
    signal: run.signal,
    maxBytes: folder.bytes,
  });
  switch (sent.kind) {
    case 'ok':
      break;
    case 'too-big':
      return 'file_too_big';
    case 'gone':
      return 'file_gone';
    case 'misplaced':
      if (run.lastAttempt) return 'file_unreachable';
      throw new TransientError(`the file cannot be read here: ${sent.why}`, { retryAfterMs: sent.afterMs });
    case 'retry':
      throw new TransientError(`the file cannot be downloaded now: ${sent.why}`);
    default:
      return sent satisfies never;
  }
  if (sent.bytes === 0) return 'empty_file';
  await noteProgress(parts, order.id, { stage: 'cutting' });
  const asText = () => keepText(parts, recording, order, { file, folder }, run);
  const asSound = () => listen(parts, recording, order, { file, folder }, run);
  const isNamedSound = /^(audio|video)\//.test(recording.mimeType ?? '');
  if (recording.source === 'text') {
    const problem = await asText();
    return problem === 'not_text' && (await asSound()) === null ? null : problem;
  }
  const problem = await asSound();
  if (problem !== 'not_media' || recording.source !== 'document') return problem;
  // Sent as a file, of a kind that nobody named: it may be a text.
  const otherwise = await asText();
  if (otherwise !== 'not_text') return otherwise;
  return isNamedSound ? problem : 'unknown_file';
}

async function listen(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  { file, folder }: { readonly file: string; readonly folder: ScratchFolder },
  run: Run,
): Promise<FailureReason | null> {
  const owner = String(recording.ownerId);
  const sound = await decodeSound(parts.media, { file, folder, owner, signal: run.signal });
  switch (sound.kind) {
    case 'ok': {
      await using kept = sound;
      // Awaited here: the sound is gone with this block.
      return await cut(parts, recording, order, kept, run);
    }
    case 'not_media':
    case 'no_sound':
    case 'damaged':
    case 'too_long':
    case 'too_costly':
      return sound.kind;
    default:
      return sound satisfies never;
  }
}

async function cut(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  sound: Sound,
  run: Run,
): Promise<FailureReason | null> {
  const pieceSeconds = Math.min(PIECE_SECONDS, parts.recogniser.can.longestAudioS ?? PIECE_SECONDS);
  const stretches = cutAtPauses(sound.levels, pieceSeconds * 1_000);
  if (stretches.every((stretch) => stretch.silent)) return 'silence';

  const job = { owner: String(recording.ownerId), signal: run.signal };
  const rows: (typeof recordingPieces.$inferInsert)[] = [];
  for (const [index, { startMs, endMs, silent, voicedMs, gainDb }] of stretches.entries()) {
    const key = objectKey(recording.ownerId, 'recordings', recording.id, `pieces/${index}.ogg`);
    if (!silent) {
      const piece = await encodeStretch(parts.media, sound, { startMs, endMs, gainDb }, job);
      await parts.storage.put('transcripts', key, piece, { contentType: 'audio/ogg' });
    }
    rows.push({
      recordingId: recording.id,
      index,
      objectKey: key,
      startMs,
      endMs,
      silent,
      voicedMs,
      ...(silent ? { text: '', segments: [], doneAt: new Date() } : {}),
    });
  }
  const { durationMs, lostMs } = sound;
  const quoted = await transact(parts, async (unit) => {
    await unit.tx.update(recordings).set({ durationMs, lostMs }).where(eq(recordings.id, recording.id));
    await unit.tx.insert(recordingPieces).values(rows).onConflictDoNothing();
    if (await quoteOrder(unit, order, { ...order.input, seconds: secondsHeard(rows) })) return true;
    for (const row of rows)
      if (!row.silent)
        unit.enqueue(
          'recording.piece',
          { recordingId: recording.id, index: row.index },
          { turn: turnOf(order, row.index), by: order.ownerId },
        );
    return false;
  });
  if (quoted) return null;
  const total = Math.max(1, Math.ceil(durationMs / 60_000));
  await noteProgress(parts, order.id, { stage: 'transcribing', done: 0, total });
  return null;
}

/** Pieces take turns with those of other people's recordings, a worker's handful at a time. */
const turnOf = (order: Pick<Order, 'turn'>, index: number) => order.turn + Math.floor(index / 4);

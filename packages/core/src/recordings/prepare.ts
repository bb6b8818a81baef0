import { join } from 'node:path';
import { recordingPieces, recordings, type FailureReason } from '@aisha/db';
import { decodeSound, type ScratchFolder, sourceName } from '@aisha/media';
import { eq } from 'drizzle-orm';
import { failOrder, noteProgress, orderUnderWay, quoteOrder, startOrder } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { type Order, transact } from '../unit.ts';
import { cutRecording } from './cut-recording.ts';
import { openVoices } from './voices.ts';
import { fetchSource, roomFor } from './fetch.ts';
import { enqueuePieces } from './leader.ts';
import { joinIfDone, secondsHeard } from './piece-rows.ts';
import type { Recording } from './recordings.ts';
import { keepText } from './text-file.ts';
import { waitsAs } from '../users/turns.ts';

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
      await enqueuePieces(unit, order, recordingId);
    });
    return joinIfDone(parts, recordingId);
  }

  await noteProgress(parts, order.id, { stage: 'downloading' });
  if (recording.source === 'voices') {
    const unread = await openVoices(parts, recording, order, run);
    if (unread) await failOrder(parts, order.id, unread);
    return;
  }
  if (recording.fileSize === 0) return failOrder(parts, order.id, 'empty_file');
  const room = roomFor(parts, recording) + 1024 * 1024;
  await using folder = await parts.media.scratch.folder(room, {
    owner: String(waitsAs(recording.ownerId)),
    signal: run.signal,
  });
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
  const { fileId, source } = recording;
  const unfetched = await fetchSource(
    parts,
    { fileId, isLink: source === 'link', file, maxBytes: folder.bytes },
    run,
  );
  if (unfetched) return unfetched;
  await noteProgress(parts, order.id, { stage: 'cutting' });
  const asText = () => keepText(parts, recording, order, { file, folder }, run);
  const asSound = () => listen(parts, recording, order, { file, folder }, run);
  const isNamedSound = /^(audio|video)\//.test(recording.mimeType ?? '');
  if (recording.source === 'text') {
    const problem = await asText();
    return problem === 'not_text' && (await asSound()) === null ? null : problem;
  }
  const problem = await asSound();
  if (problem !== 'not_media' || !['document', 'link'].includes(recording.source)) return problem;
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
  const owner = String(waitsAs(recording.ownerId));
  const sound = await decodeSound(parts.media, { file, folder, owner, signal: run.signal });
  switch (sound.kind) {
    case 'ok': {
      await using kept = sound;
      // Awaited here: the sound is gone with this block.
      return await cutRecording(parts, recording, order, [{ sound: kept, sender: null }], run.signal);
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

import { join } from 'node:path';
import type { FailureReason } from '@aisha/db';
import { decodeSound } from '@aisha/media';
import { noteProgress } from '../orders/orders.ts';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order } from '../unit.ts';
import { waitsAs } from '../users/turns.ts';
import { cutRecording, type Part } from './cut-recording.ts';
import { fetchSource, roomFor } from './fetch.ts';
import type { Recording } from './recordings.ts';

/** Several voices that are one recording: each is fetched and decoded, and they are cut one after the other. */
export async function openVoices(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  run: Run,
): Promise<FailureReason | null> {
  const owner = String(waitsAs(recording.ownerId));
  await using kept = new AsyncDisposableStack();
  const sounds: Part[] = [];
  for (const { fileId, fileSize, sender } of recording.voices ?? []) {
    const room = roomFor(parts, { source: 'voice', fileSize }) + 1024 * 1024;
    const folder = kept.use(await parts.media.scratch.folder(room, { owner, signal: run.signal }));
    const file = join(folder.path, 'voice.ogg');
    const problem = await fetchSource(parts, { fileId, isLink: false, file, maxBytes: folder.bytes }, run);
    if (problem) return problem;
    const sound = await decodeSound(parts.media, { file, folder, owner, signal: run.signal });
    if (sound.kind !== 'ok') return sound.kind;
    sounds.push({ sound: kept.use(sound), sender });
  }
  if (sounds.length === 0) return 'empty_file';
  await noteProgress(parts, order.id, { stage: 'cutting' });
  return await cutRecording(parts, recording, order, sounds, run.signal);
}

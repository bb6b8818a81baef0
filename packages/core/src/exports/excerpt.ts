import { decodeSound, encodeStretch, sourceName } from '@aisha/media';
import { CLOUD_DOWNLOAD_LIMIT } from '@aisha/providers';
import { TransientError } from '@aisha/service';
import { join } from 'node:path';
import { type Line, readLines } from '../documents/lines.ts';
import type { Run, WorkerParts } from '../parts.ts';
import type { Recording } from '../recordings/recordings.ts';

/** A moment is heard with what is around it: half a minute at most. */
const LONGEST_MS = 30_000;
/** Words begin before their time and end after it. */
const MARGIN_MS = 400;

export interface Excerpt {
  readonly lines: readonly Line[];
  /** Who speaks, by number; empty where that goes without saying. */
  readonly speakers: readonly (string | null)[];
  /** OGG/Opus; null where the sound is not to be had any more, or never was. */
  readonly sound: Buffer | null;
}

/** The words around a line of a recording and the cut of its sound; null when there is no such line. */
export async function excerptOf(
  parts: WorkerParts,
  recording: Recording,
  number: number,
  run: Pick<Run, 'signal'>,
): Promise<Excerpt | null> {
  const { lines: all, speakers } = await readLines(parts, recording);
  const line = all[number - 1];
  if (!line) return null;
  const lines = around(all, line);
  const [from, to] = [lines[0]?.startMs ?? null, lines.at(-1)?.endMs ?? null];
  const sound =
    from === null || to === null || recording.source === 'text'
      ? null
      : await cut(parts, recording, { from, to }, run);
  return { lines, speakers, sound };
}

/** The line, and those after and before it, as long as all of them are half a minute. */
function around(all: readonly Line[], line: Line): Line[] {
  const lines = [line];
  const fits = (one: Line | undefined): one is Line =>
    one !== undefined &&
    one.startMs !== null &&
    Math.max(one.endMs ?? 0, lines.at(-1)?.endMs ?? 0) - Math.min(one.startMs, lines[0]?.startMs ?? 0) <=
      LONGEST_MS / 2;
  const next = all[line.number];
  if (fits(next)) lines.push(next);
  const before = all[line.number - 2];
  if (fits(before)) lines.unshift(before);
  return lines;
}

/** Telegram keeps the file; where it does not give it any more there are only the words. */
async function cut(
  parts: WorkerParts,
  recording: Recording,
  { from, to }: { readonly from: number; readonly to: number },
  run: Pick<Run, 'signal'>,
): Promise<Buffer | null> {
  const owner = String(recording.ownerId);
  const room = (recording.fileSize ?? CLOUD_DOWNLOAD_LIMIT) + 1024 * 1024;
  await using folder = await parts.media.scratch.folder(room, { owner, signal: run.signal });
  const file = join(folder.path, sourceName(recording.fileName));
  const sent = await parts.telegram.downloadToFile(recording.fileId, file, {
    signal: run.signal,
    maxBytes: folder.bytes,
  });
  if (sent.kind === 'retry') throw new TransientError(`the file cannot be downloaded now: ${sent.why}`);
  if (sent.kind !== 'ok') return null;
  const sound = await decodeSound(parts.media, { file, folder, owner, signal: run.signal });
  if (sound.kind !== 'ok') return null;
  await using kept = sound;
  return await encodeStretch(
    parts.media,
    kept,
    {
      startMs: Math.max(0, from - MARGIN_MS),
      endMs: Math.min(to + MARGIN_MS, from + LONGEST_MS, kept.durationMs),
      gainDb: 0,
    },
    { owner, signal: run.signal },
  );
}

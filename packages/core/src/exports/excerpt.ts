import { recordings } from '@aisha/db';
import { decodeSound, encodeStretch, sourceName } from '@aisha/media';
import { and, eq, isNull } from 'drizzle-orm';
import { join } from 'node:path';
import { type Line, readLines } from '../documents/lines.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { fetchSource, roomFor } from '../recordings/fetch.ts';
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
  run: Pick<Run, 'signal' | 'lastAttempt'>,
): Promise<Excerpt | null> {
  const { lines: all, speakers } = await readLines(parts, recording);
  const line = all[number - 1];
  if (!line) return null;
  const heard = await heardIn(parts.db, recording, number);
  const isThere = ({ startMs }: Line) =>
    heard === null || (startMs !== null && startMs >= heard.startMs && startMs < heard.endMs);
  const lines = around(all, line).filter((one) => one === line || isThere(one));
  const [from, to] = [lines[0]?.startMs ?? null, lines.at(-1)?.endMs ?? null];
  const sound =
    from === null || to === null || heard === null || heard.recording.source === 'text'
      ? null
      : await cut(
          parts,
          heard.recording,
          { from: from - heard.startMs, to: Math.min(to, heard.endMs) - heard.startMs },
          run,
        );
  return { lines, speakers, sound };
}

interface Heard {
  readonly recording: Recording;
  /** From when to when it stands in the one that was asked for. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Whose sound a line is: of a merged recording, the part's; null where that part is not there any more. */
async function heardIn(db: WorkerParts['db'], recording: Recording, number: number): Promise<Heard | null> {
  const whole = { recording, startMs: 0, endMs: Number.POSITIVE_INFINITY };
  if (recording.parts === null) return whole;
  const at = recording.parts.findLastIndex(({ firstLine }) => firstLine <= number);
  const part = recording.parts[at];
  if (part === undefined) return null;
  const [row] = await db
    .select()
    .from(recordings)
    .where(and(eq(recordings.id, part.recordingId), isNull(recordings.deletedAt)));
  const inner = row ? await heardIn(db, row, number - part.firstLine + 1) : null;
  return (
    inner && {
      recording: inner.recording,
      startMs: part.startMs + inner.startMs,
      endMs: Math.min(
        part.startMs + inner.endMs,
        recording.parts[at + 1]?.startMs ?? Number.POSITIVE_INFINITY,
      ),
    }
  );
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

/** Where the sound of a stretch of a recording is: its file, of several voices the one that is heard there. */
function sourceOf(recording: Recording, from: number) {
  const { source, fileId, fileSize, voices, rollCall, durationMs } = recording;
  if (source !== 'voices')
    return { source, fileId, fileSize, startMs: 0, endMs: durationMs ?? Number.POSITIVE_INFINITY };
  const at = rollCall?.findLastIndex(({ startMs }) => startMs <= from) ?? -1;
  const [voice, stretch] = [voices?.[at], rollCall?.[at]];
  return voice && stretch
    ? {
        source: 'voice' as const,
        fileId: voice.fileId,
        fileSize: voice.fileSize,
        startMs: stretch.startMs,
        endMs: stretch.endMs,
      }
    : null;
}

/** The file is fetched again from where it came; where it is not given any more there are only the words. */
async function cut(
  parts: WorkerParts,
  recording: Recording,
  { from, to }: { readonly from: number; readonly to: number },
  run: Pick<Run, 'signal' | 'lastAttempt'>,
): Promise<Buffer | null> {
  const found = sourceOf(recording, from);
  if (!found) return null;
  const { source, fileId, startMs, endMs } = found;
  const owner = String(recording.ownerId);
  const room = roomFor(parts, found) + 1024 * 1024;
  await using folder = await parts.media.scratch.folder(room, { owner, signal: run.signal });
  const file = join(folder.path, sourceName(recording.fileName));
  const isLink = source === 'link';
  if (await fetchSource(parts, { fileId, isLink, file, maxBytes: folder.bytes }, run)) return null;
  const sound = await decodeSound(parts.media, { file, folder, owner, signal: run.signal });
  if (sound.kind !== 'ok') return null;
  await using kept = sound;
  return await encodeStretch(
    parts.media,
    kept,
    {
      startMs: Math.max(0, from - startMs - MARGIN_MS),
      endMs: Math.min(
        Math.min(to, endMs) - startMs + MARGIN_MS,
        from - startMs + LONGEST_MS,
        kept.durationMs,
      ),
      gainDb: 0,
    },
    { owner, signal: run.signal },
  );
}

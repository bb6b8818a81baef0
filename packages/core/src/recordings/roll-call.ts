import { type RollCall, recordings } from '@aisha/db';
import { spliceSound } from '@aisha/media';
import type { Hearer } from '@aisha/providers';
import { objectKey } from '@aisha/storage';
import { and, eq, isNull } from 'drizzle-orm';
import type { WorkerParts } from '../parts.ts';
import { GAP_MS, type Sent } from './heard.ts';
import type { Answer, Piece } from './piece.ts';
import type { Recording } from './recordings.ts';
import { waitsAs } from '../users/turns.ts';

/** Seconds of a voice are enough to know it again; more speakers than this nobody keeps apart. */
const SAMPLE = { mostMs: 4_000, leastMs: 800, most: 8, turns: 2 };
/** A pause within a turn. */
const PAUSE_MS = 600;
const BETWEEN_MS = 400;
/** The longest sample of all voices together. */
export const ROLL_MOST_MS = SAMPLE.most * (SAMPLE.mostMs + SAMPLE.turns * BETWEEN_MS) + GAP_MS;

const rollKey = ({ ownerId, id }: Pick<Recording, 'ownerId' | 'id'>) =>
  objectKey(ownerId, 'recordings', id, 'pieces/voices.ogg');

/**
 * What is sent of a piece. Recognisers number speakers anew in every call, so a sample of each voice that was told apart in
 * the first piece is put before the others: whoever has a sample's number in an answer is that speaker.
 */
export function soundOf(
  parts: WorkerParts,
  recording: Recording,
  piece: Piece,
  hearer: Hearer,
  signal: AbortSignal,
): { readonly sent: Sent; readonly audio: () => Promise<Buffer> } {
  const startMs = piece.audioStartMs ?? piece.startMs;
  const endMs = piece.audioEndMs ?? piece.endMs;
  const own = async () => read(parts, piece.objectKey);
  const last = recording.rollCall?.at(-1);
  if (recording.source === 'voices' || !last || !hearer.can.speakers || recording.wantSpeakers !== true)
    return { sent: { rollMs: 0, startMs, endMs }, audio: own };
  return {
    sent: { rollMs: last.endMs + GAP_MS, startMs, endMs },
    audio: async () =>
      spliceSound(
        parts.media,
        [
          { audio: await read(parts, rollKey(recording)), clips: null },
          { audio: await own(), clips: null },
        ],
        GAP_MS,
        { owner: String(waitsAs(recording.ownerId)), signal },
      ),
  };
}

async function read(parts: WorkerParts, key: string): Promise<Buffer> {
  const audio = await parts.storage.get('transcripts', key);
  if (!audio) throw new Error(`${key} is not in the bucket`);
  return audio;
}

/** Keeps a sample of each voice of the first piece, before any other piece is heard. Once for a recording. */
export async function callRoll(
  parts: WorkerParts,
  recording: Recording,
  piece: Piece,
  { words }: Answer,
  signal: AbortSignal,
): Promise<void> {
  if (recording.wantSpeakers !== true || recording.rollCall !== null || recording.source === 'voices') return;
  const samples = samplesOf(words);
  if (samples.length === 0) return;
  const startMs = piece.audioStartMs ?? piece.startMs;
  const clips = samples.map((one) => ({ startMs: one.startMs - startMs, endMs: one.endMs - startMs }));
  const audio = await spliceSound(
    parts.media,
    [{ audio: await read(parts, piece.objectKey), clips }],
    BETWEEN_MS,
    { owner: String(waitsAs(recording.ownerId)), signal },
  );
  await parts.storage.put('transcripts', rollKey(recording), audio, { contentType: 'audio/ogg' });
  let at = 0;
  const rollCall = samples.map(({ speaker, startMs: from, endMs: to }): RollCall => {
    const call = { speaker, startMs: at, endMs: at + to - from };
    at = call.endMs + BETWEEN_MS;
    return call;
  });
  await parts.db
    .update(recordings)
    .set({ rollCall })
    .where(and(eq(recordings.id, recording.id), isNull(recordings.rollCall)));
}

/** Of each speaker the longest turns, up to some seconds; those who speak most first. */
function samplesOf(words: Answer['words']): RollCall[] {
  const turns: RollCall[] = [];
  for (const { startMs, endMs, speaker } of words) {
    const last = turns.at(-1);
    if (last && last.speaker === speaker && startMs - last.endMs < PAUSE_MS)
      turns[turns.length - 1] = { ...last, endMs };
    else if (speaker !== undefined) turns.push({ speaker, startMs, endMs });
  }
  const bySpeaker = Map.groupBy(turns, ({ speaker }) => speaker);
  const length = (of: readonly RollCall[]) => of.reduce((sum, one) => sum + one.endMs - one.startMs, 0);
  return [...bySpeaker.values()]
    .toSorted((a, b) => length(b) - length(a))
    .slice(0, SAMPLE.most)
    .flatMap((mine) => {
      let left = SAMPLE.mostMs;
      return mine
        .toSorted((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs))
        .slice(0, SAMPLE.turns)
        .flatMap((turn) => {
          const taken = { ...turn, endMs: Math.min(turn.endMs, turn.startMs + left) };
          left -= taken.endMs - taken.startMs;
          return taken.endMs - taken.startMs >= SAMPLE.leastMs ? [taken] : [];
        });
    });
}

import { SOUND } from '@aisha/media';
import type { Run } from './spread.ts';

const FRAME_MS = SOUND.frameMs;
/** A pause is looked for over this much sound. */
const PAUSE_MS = 200;
const PAUSE = PAUSE_MS / FRAME_MS;
/** Frames on both sides of a cut in which nothing is said. */
const STILL = 3;

/** dBFS and dB. */
const GATE = {
  /** Speech stands out from the noise of its own room by at least this much. */
  aboveNoise: 8,
  /** Below this is nothing but the converter's own noise, however still the rest is. */
  lowest: -75,
  /** Above this may always be speech, however loud the room. */
  highest: -50,
};

/** A piece whose louder parts are below the first is made louder, up to the second. dBFS, and the most in dB. */
const GAIN = { below: -30, to: -20, most: 50 };

export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  /** Nothing is said in it: it is not sent to a model, which would invent something. */
  readonly silent: boolean;
  /** How much of it is louder than the recording's own noise. */
  readonly voicedMs: number;
  /** What of the recording its sound is to hold: more than the stretch itself where it is cut in the middle of speech. */
  readonly audioStartMs: number;
  readonly audioEndMs: number;
  /** What it has to be made louder by to be heard well. dB. */
  readonly gainDb: number;
}

/** Where nobody pauses, two pieces both hear so much on each side of the cut, so that no word is only heard in half. */
export const OVERLAP_MS = 2_500;
/** Silence shorter than this is part of a word. */
const WITHIN_WORD_MS = 50;

/**
 * Cuts a recording into stretches of about `targetMs`, each at the quietest place of the last third before it, or earlier
 * where there is no pause in that. The stretches touch; where there was no pause at all, their sound overlaps.
 */
export function cutAtPauses(loudness: Float32Array, targetMs: number): Stretch[] {
  const target = Math.floor(targetMs / FRAME_MS);
  const gate = speechGate(loudness);
  const isPause = (at: number) => loudness.subarray(at - STILL, at + STILL).every((level) => level <= gate);
  const ends: { end: number; clean: boolean }[] = [];
  for (let start = 0; start < loudness.length;) {
    let end = loudness.length;
    let clean = true;
    if (loudness.length - start > target) {
      const third = Math.floor(target / 3);
      end = quietest(loudness, start + 2 * third, start + target, PAUSE);
      clean = isPause(end);
      const earlier = clean ? end : quietest(loudness, start + third, start + 2 * third, PAUSE);
      if (!clean && isPause(earlier)) {
        end = earlier;
        clean = true;
      }
    }
    ends.push({ end, clean });
    start = end;
  }
  const endMs = loudness.length * FRAME_MS;
  return ends.map(({ end, clean }, n) => {
    const before = ends[n - 1];
    const start = before?.end ?? 0;
    return {
      ...stretch(loudness, start, end, gate),
      audioStartMs: Math.max(0, start * FRAME_MS - (before?.clean === false ? OVERLAP_MS : 0)),
      audioEndMs: Math.min(endMs, end * FRAME_MS + (clean ? 0 : OVERLAP_MS)),
    };
  });
}

/** Where the recording is louder than its own noise, from when to when; the little silences within words are part of them. */
export function voicedRuns(loudness: Float32Array): Run[] {
  const gate = speechGate(loudness);
  const runs: [number, number][] = [];
  for (const [n, level] of loudness.entries()) {
    if (level <= gate) continue;
    const at = n * FRAME_MS;
    const last = runs.at(-1);
    if (last && at - last[1] < WITHIN_WORD_MS) last[1] = at + FRAME_MS;
    else runs.push([at, at + FRAME_MS]);
  }
  return runs;
}

/** What is louder than this may be speech: relative to the noise of the recording, its quietest tenth. dBFS. */
export function speechGate(loudness: Float32Array): number {
  const noise = percentile(loudness, 0.1);
  return Math.min(GATE.highest, Math.max(GATE.lowest, noise + GATE.aboveNoise));
}

/** The level below which this share of the frames is. */
function percentile(levels: Float32Array, share: number): number {
  return levels.toSorted()[Math.floor((levels.length - 1) * share)] ?? -100;
}

/** The middle of the quietest `width` frames between two places. */
function quietest(loudness: Float32Array, from: number, to: number, width: number): number {
  let sum = 0;
  for (let i = from; i < from + width; i++) sum += loudness[i] ?? 0;
  let best = sum;
  let at = from;
  for (let i = from + 1; i + width <= to; i++) {
    sum += (loudness[i + width - 1] ?? 0) - (loudness[i - 1] ?? 0);
    if (sum < best) {
      best = sum;
      at = i;
    }
  }
  return at + Math.floor(width / 2);
}

function stretch(
  loudness: Float32Array,
  start: number,
  end: number,
  gate: number,
): Omit<Stretch, 'audioStartMs' | 'audioEndMs'> {
  const voiced = loudness.subarray(start, end).filter((level) => level > gate);
  const loud = percentile(voiced, 0.9);
  return {
    startMs: start * FRAME_MS,
    endMs: end * FRAME_MS,
    // A click is not speech: a tenth of a second is the shortest thing worth sending.
    silent: voiced.length * FRAME_MS < 100,
    voicedMs: voiced.length * FRAME_MS,
    gainDb: loud < GAIN.below ? Math.min(GAIN.most, Math.round(GAIN.to - loud)) : 0,
  };
}

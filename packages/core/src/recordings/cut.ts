import { SOUND } from '@aisha/media';

const FRAME_MS = SOUND.frameMs;
/** A pause is looked for over this much sound. */
const PAUSE_MS = 200;

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
  /** What it has to be made louder by to be heard well. dB. */
  readonly gainDb: number;
}

/**
 * Cuts a recording into stretches of about `targetMs`, each at the quietest place of the last third before it, so
 * that no word is cut where there is any pause at all. The stretches touch: nothing is lost and nothing is twice.
 */
export function cutAtPauses(loudness: Float32Array, targetMs: number): Stretch[] {
  const target = Math.floor(targetMs / FRAME_MS);
  const pause = Math.floor(PAUSE_MS / FRAME_MS);
  const gate = speechGate(loudness);
  const stretches: Stretch[] = [];
  for (let start = 0; start < loudness.length;) {
    const end =
      loudness.length - start <= target
        ? loudness.length
        : quietest(loudness, start + Math.floor((target * 2) / 3), start + target, pause);
    stretches.push(stretch(loudness, start, end, gate));
    start = end;
  }
  return stretches;
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

function stretch(loudness: Float32Array, start: number, end: number, gate: number): Stretch {
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

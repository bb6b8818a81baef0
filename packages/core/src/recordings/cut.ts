import { FRAME_MS } from './audio.ts';

/** Below this there is no speech, only the noise of a silent room. dBFS. */
const SILENCE_DB = -55;
/** A pause is looked for over this much sound. */
const PAUSE_MS = 200;

export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  /** Nothing is said in it: it is not sent to a model, which would invent something. */
  readonly silent: boolean;
  /** How much of it is louder than silence. */
  readonly voicedMs: number;
}

/**
 * Cuts a recording into stretches of about `targetMs`, each at the quietest place of the last third before it, so
 * that no word is cut where there is any pause at all. The stretches touch: nothing is lost and nothing is twice.
 */
export function cutAtPauses(loudness: Float32Array, targetMs: number): Stretch[] {
  const target = Math.floor(targetMs / FRAME_MS);
  const pause = Math.floor(PAUSE_MS / FRAME_MS);
  const stretches: Stretch[] = [];
  for (let start = 0; start < loudness.length;) {
    const end =
      loudness.length - start <= target
        ? loudness.length
        : quietest(loudness, start + Math.floor((target * 2) / 3), start + target, pause);
    stretches.push(stretch(loudness, start, end));
    start = end;
  }
  return stretches;
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

function stretch(loudness: Float32Array, start: number, end: number): Stretch {
  let voiced = 0;
  for (let i = start; i < end; i++) if ((loudness[i] ?? -100) > SILENCE_DB) voiced++;
  return {
    startMs: start * FRAME_MS,
    endMs: end * FRAME_MS,
    // A click is not speech: a tenth of a second is the shortest thing worth sending.
    silent: voiced * FRAME_MS < 100,
    voicedMs: voiced * FRAME_MS,
  };
}

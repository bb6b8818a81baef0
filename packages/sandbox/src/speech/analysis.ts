import { HIGH_TONES, LOW_TONES } from './tones.ts';

/** Samples a second that the decoder listens to; all tones lie well below half of it. */
export const LISTEN_RATE = 8000;
/** One hop of the window. */
export const HOP_MS = 5;
const HOP = (LISTEN_RATE * HOP_MS) / 1000;
/** 30 ms: inside a 40 ms symbol there is room for 5 ms of error on either side. */
export const WINDOW_HOPS = 6;
const WINDOW = HOP * WINDOW_HOPS;
/** All tones are multiples of 100 Hz, so their phases repeat after 10 ms. */
const PERIOD = LISTEN_RATE / 100;
const TONES: readonly number[] = [...LOW_TONES, ...HIGH_TONES];
/** Softer than this (of full scale 1, as a mean square) nothing is heard: about −66 dB. */
const FLOOR = 2.5e-7;

/** What is heard in the 30 ms from each hop on. */
export interface Heard {
  hops: number;
  low: Uint8Array;
  high: Uint8Array;
  /** Share of the window's energy in its two strongest tones, 0–1; 0 when either is missing or all is too soft. */
  purity: Float32Array;
  /** Energy of the two tones, for finding the middle of a symbol. */
  strength: Float32Array;
  /** Seconds of sound. */
  duration: number;
  /** Loudest 30 ms, as a root mean square of full scale 1. */
  loudest: number;
}

interface Growing {
  low: Uint8Array;
  high: Uint8Array;
  purity: Float32Array;
  strength: Float32Array;
}

const roomFor = (hops: number): Growing => ({
  low: new Uint8Array(hops),
  high: new Uint8Array(hops),
  purity: new Float32Array(hops),
  strength: new Float32Array(hops),
});

/**
 * Listens to 8 kHz mono samples as they come. Every hop is correlated with the 18 tones once; a window is the
 * sum of its six hops (tones keep their phase from hop to hop), which is what makes an hour take seconds.
 */
export function createListener(): { push(samples: Int16Array): void; end(): Heard } {
  const tones = TONES.length;
  const cosines = new Float64Array(tones * PERIOD);
  const sines = new Float64Array(tones * PERIOD);
  for (const [tone, hertz] of TONES.entries()) {
    for (let i = 0; i < PERIOD; i += 1) {
      const angle = (2 * Math.PI * hertz * i) / LISTEN_RATE;
      cosines[tone * PERIOD + i] = Math.cos(angle) / 32_768;
      sines[tone * PERIOD + i] = Math.sin(angle) / 32_768;
    }
  }
  const real = new Float64Array(tones * WINDOW_HOPS);
  const imaginary = new Float64Array(tones * WINDOW_HOPS);
  const energy = new Float64Array(WINDOW_HOPS);
  const pending = new Int16Array(HOP);
  let filled = 0;
  let hop = 0;
  let loudest = 0;
  let kept = roomFor(4096);

  const window = (): void => {
    let total = 0;
    for (let i = 0; i < WINDOW_HOPS; i += 1) total += energy[i] ?? 0;
    loudest = Math.max(loudest, total / WINDOW);
    const best = [-1, -1];
    const power = [0, 0];
    for (let tone = 0; tone < tones; tone += 1) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < WINDOW_HOPS; i += 1) {
        re += real[i * tones + tone] ?? 0;
        im += imaginary[i * tones + tone] ?? 0;
      }
      const group = tone < LOW_TONES.length ? 0 : 1;
      const here = (2 * (re * re + im * im)) / WINDOW;
      if (here > (power[group] ?? 0)) {
        power[group] = here;
        best[group] = tone - group * LOW_TONES.length;
      }
    }
    const at = hop - WINDOW_HOPS;
    if (at >= kept.low.length) {
      const larger = roomFor(kept.low.length * 2);
      larger.low.set(kept.low);
      larger.high.set(kept.high);
      larger.purity.set(kept.purity);
      larger.strength.set(kept.strength);
      kept = larger;
    }
    const [low = 0, high = 0] = power;
    kept.low[at] = Math.max(0, best[0] ?? 0);
    kept.high[at] = Math.max(0, best[1] ?? 0);
    kept.strength[at] = low + high;
    // A single tone, a hum or a vowel is no symbol: both tones must carry a fair part.
    const isPair = total / WINDOW > FLOOR && Math.min(low, high) > 0.04 * total;
    kept.purity[at] = isPair ? Math.min(1, (low + high) / total) : 0;
  };

  const takeHop = (): void => {
    const slot = hop % WINDOW_HOPS;
    const phase = (hop * HOP) % PERIOD;
    for (let tone = 0; tone < tones; tone += 1) {
      let re = 0;
      let im = 0;
      const base = tone * PERIOD + phase;
      for (let i = 0; i < HOP; i += 1) {
        const sample = pending[i] ?? 0;
        re += sample * (cosines[base + i] ?? 0);
        im += sample * (sines[base + i] ?? 0);
      }
      real[slot * tones + tone] = re;
      imaginary[slot * tones + tone] = im;
    }
    let sum = 0;
    for (let i = 0; i < HOP; i += 1) sum += ((pending[i] ?? 0) / 32_768) ** 2;
    energy[slot] = sum;
    hop += 1;
    if (hop >= WINDOW_HOPS) window();
  };

  let samplesSeen = 0;
  const push = (samples: Int16Array): void => {
    samplesSeen += samples.length;
    for (const sample of samples) {
      pending[filled] = sample;
      filled += 1;
      if (filled === HOP) {
        filled = 0;
        takeHop();
      }
    }
  };

  const end = (): Heard => {
    const duration = samplesSeen / LISTEN_RATE;
    // Silence behind the end lets the last window see the last symbol whole.
    push(new Int16Array(WINDOW + HOP));
    return { ...kept, hops: Math.max(0, hop - WINDOW_HOPS + 1), duration, loudest: Math.sqrt(loudest) };
  };

  return { push, end };
}

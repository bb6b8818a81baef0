import { symbolsOfWord } from './alphabet.ts';
import {
  checksum,
  endMarker,
  HIGH_TONES,
  LOW_TONES,
  SPEAKERS,
  START,
  SYMBOL_MS,
  tonesOf,
  type TonePair,
} from './tones.ts';

/** Samples a second of everything that is synthesised here. */
export const RATE = 16_000;
const SYMBOL_SAMPLES = (RATE * SYMBOL_MS) / 1000;
/** Fades that keep a change of tones from clicking, which low bit rates would smear. */
const RAMP_SAMPLES = RATE * 0.003;

/** A little noise in the tones: on pure ones Opus' speech coder loses its way about once in a hundred words. */
const BREATH = 0.06;

export interface SpeechOptions {
  /** Silence between words, ms. */
  gapMs?: number;
  /** Silence after a word that ends a sentence, ms: a number, or a range that is walked through by the words. */
  pauseMs?: number | readonly [number, number];
  /** Silence before the first word, ms. */
  leadMs?: number;
  /** Silence after the last word, ms. */
  tailMs?: number;
  /** A word and the silence after it take at least this long, ms. */
  wordMs?: number;
  /** Level of white noise under everything, 0–1 of full scale (0.01 is a quiet room). */
  noise?: number;
  /** Level of the tones, 0–1 of full scale. */
  level?: number;
  /** Who speaks the n-th word: 0–7, heard as A–H. */
  speaker?: (index: number, word: string) => number;
}

/** White noise that is the same every time. */
function noiseSource(level: number, seed = 0): () => number {
  let state = 0x9e3779b9 ^ (seed << 7);
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return level === 0 ? 0 : (state / 0x80000000) * level;
  };
}

function soundOf({ low, high }: TonePair): Float32Array {
  const sound = new Float32Array(SYMBOL_SAMPLES);
  const lowStep = (2 * Math.PI * (LOW_TONES[low] ?? 0)) / RATE;
  const breath = noiseSource(BREATH, low * 16 + high);
  const highStep = (2 * Math.PI * (HIGH_TONES[high] ?? 0)) / RATE;
  for (let i = 0; i < SYMBOL_SAMPLES; i += 1) {
    const edge = Math.min(i + 1, SYMBOL_SAMPLES - i) / RAMP_SAMPLES;
    const fade = edge >= 1 ? 1 : Math.sin((edge * Math.PI) / 2) ** 2;
    sound[i] = 0.5 * fade * (Math.sin(lowStep * i) + Math.sin(highStep * i) + breath());
  }
  return sound;
}

const sounds = new Map<number, Float32Array>();

function cachedSound(pair: TonePair): Float32Array {
  const key = pair.low * 16 + pair.high;
  const known = sounds.get(key);
  if (known) return known;
  const made = soundOf(pair);
  sounds.set(key, made);
  return made;
}

function pauseOf(index: number, options: SpeechOptions): number {
  const pause = options.pauseMs ?? [500, 800];
  if (typeof pause === 'number') return pause;
  const [least, most] = pause;
  return least + ((index * 137) % 101) * ((most - least) / 100);
}

/** The tone pairs of one word. */
export function pairsOfWord(word: string, speaker = 0): TonePair[] {
  if (!Number.isInteger(speaker) || speaker < 0 || speaker >= SPEAKERS.length) {
    throw new RangeError(`no such speaker: ${speaker}`);
  }
  const symbols = symbolsOfWord(word);
  return [START, ...[...symbols, ...checksum(symbols, speaker)].map(tonesOf), endMarker(speaker)];
}

/** How long the n-th word and the silence after it take, ms. */
export function msOfWord(word: string, index: number, options: SpeechOptions = {}): number {
  const sentenceEnds = /[.!?…]["»)]*$/u.test(word);
  const silence = sentenceEnds ? pauseOf(index, options) : (options.gapMs ?? 120);
  return Math.max(pairsOfWord(word).length * SYMBOL_MS + silence, options.wordMs ?? 0);
}

const samplesOf = (ms: number): number => Math.round((ms * RATE) / 1000);

/** Spoken words as 16 kHz mono samples, one chunk per word, so that hours need no memory. */
export function* speak(words: Iterable<string>, options: SpeechOptions = {}): Generator<Int16Array> {
  const level = (options.level ?? 0.5) * 32_767;
  const noise = noiseSource((options.noise ?? 0) * 32_767);
  const fill = (samples: number, pairs: readonly TonePair[]): Int16Array => {
    const chunk = new Int16Array(samples);
    for (const [n, pair] of pairs.entries()) {
      const sound = cachedSound(pair);
      const from = n * SYMBOL_SAMPLES;
      for (let i = 0; i < SYMBOL_SAMPLES; i += 1) chunk[from + i] = (sound[i] ?? 0) * level;
    }
    if (options.noise) {
      for (let i = 0; i < samples; i += 1) {
        chunk[i] = Math.max(-32_768, Math.min(32_767, (chunk[i] ?? 0) + noise()));
      }
    }
    return chunk;
  };

  yield fill(samplesOf(options.leadMs ?? 200), []);
  let index = 0;
  for (const word of words) {
    const pairs = pairsOfWord(word, options.speaker?.(index, word) ?? 0);
    yield fill(samplesOf(msOfWord(word, index, options)), pairs);
    index += 1;
  }
  yield fill(samplesOf(options.tailMs ?? 200), []);
}

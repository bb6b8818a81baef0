import type { SpokenSegment } from '@aisha/providers';
import { CREDITS, PHRASES } from './inventions.ts';

/** Slow speech has 8 characters a second; what is much sparser was not said in all that sound. */
const SPARSE_PER_SECOND = 4;
/** Less voice than this bears no sentence out. */
const LITTLE_VOICE_MS = 600;
/** One sentence so often without another between is a recogniser that hangs. */
const LOOP = 5;
/** By Whisper's own rule: it heard nothing, and what it wrote is a guess. */
const NO_SPEECH = 0.6;
const GUESS = -1;

interface Heard {
  readonly text: string;
  readonly segments: readonly SpokenSegment[];
}

/** An answer without what the recogniser made up: by its own figures where it gives some, and by what the sound holds. */
export function believed({ text, segments }: Heard, piece: { readonly voicedMs: number }): Heard {
  const sure = segments.filter(
    ({ noSpeech = 0, logLikelihood = 0 }) => !(noSpeech > NO_SPEECH && logLikelihood < GUESS),
  );
  const told = sure.length < segments.length ? sure.map((segment) => segment.text).join(' ') : text;
  const sentences = sentencesOf(told);
  const isSparse =
    piece.voicedMs < LITTLE_VOICE_MS || told.length < (piece.voicedMs / 1_000) * SPARSE_PER_SECOND;
  const doubted = isSparse || segments.some(({ noSpeech = 0 }) => noSpeech > NO_SPEECH);
  const real = (sentence: string): boolean => {
    const words = plain(sentence);
    return words !== '' && !CREDITS.some((credit) => credit.test(words)) && !(doubted && PHRASES.has(words));
  };
  const kept = withoutLoops(sentences).filter(real);
  // Nothing was dropped: the words stay as they came.
  if (kept.length === sentences.length) return { text: told, segments: sure };
  return {
    text: kept.join(' '),
    segments: sure.filter(({ text: said }) => sentencesOf(said).some(real)),
  };
}

/** Each sentence that hangs once; nothing at all when the whole answer is one. */
function withoutLoops(sentences: readonly string[]): string[] {
  const runs: { sentence: string; times: number }[] = [];
  for (const sentence of sentences) {
    const last = runs.at(-1);
    if (last && plain(last.sentence) === plain(sentence)) last.times += 1;
    else runs.push({ sentence, times: 1 });
  }
  const [only] = runs;
  if (runs.length === 1 && only && only.times >= LOOP) return [];
  return runs.flatMap(({ sentence, times }) =>
    times >= LOOP ? [sentence] : Array.from({ length: times }, () => sentence),
  );
}

const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?…])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter(Boolean);

const plain = (sentence: string): string =>
  sentence
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}.\s]/gu, '')
    .replaceAll(/\.+(?=\s|$)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

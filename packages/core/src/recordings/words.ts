import type { PieceWord } from '@aisha/db';
import type { SpokenSegment, SpokenWord } from '@aisha/providers';
import { type Run, spread } from './spread.ts';

/** What was answered for a stretch of sound, times in seconds from its start. */
interface Heard {
  readonly text: string;
  readonly words?: readonly SpokenWord[] | undefined;
  readonly segments?: readonly SpokenSegment[] | undefined;
}

/** The sound itself, in milliseconds of the recording. */
export interface Sounding {
  readonly startMs: number;
  readonly endMs: number;
  /** Where something is to be heard. */
  readonly voiced: readonly Run[];
}

export const wordsIn = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** A word as it is compared with another recogniser's spelling of it. */
export const plainWord = (word: string): string =>
  word
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

/**
 * Every word of an answer with its time: as the recogniser tells it; else within its segment; else worked out from where
 * the sound is. Whisper's words come without their punctuation, so the text is the words and theirs are the times.
 */
export function timedWords({ text, words, segments }: Heard, sounding: Sounding): PieceWord[] {
  const clock = (seconds: number) =>
    Math.min(sounding.endMs, Math.max(sounding.startMs, sounding.startMs + Math.round(seconds * 1_000)));
  if (words && words.length > 0) return byWords(wordsIn(text), words, segments ?? [], { ...sounding, clock });
  if (segments && segments.length > 0)
    return segments.flatMap(({ text: said, start, end, speaker }) =>
      laid(wordsIn(said), [clock(start), clock(end)], sounding.voiced).map((word) => ({
        ...word,
        told: true,
        ...(speaker === undefined ? {} : { speaker }),
      })),
    );
  return laid(wordsIn(text), [sounding.startMs, sounding.endMs], sounding.voiced);
}

function laid(said: readonly string[], within: Run, voiced: readonly Run[]): PieceWord[] {
  const times = spread(said, voiced, within);
  return said.map((text, i) => ({
    text,
    startMs: times[i]?.[0] ?? within[0],
    endMs: times[i]?.[1] ?? within[1],
  }));
}

/** How far apart the two lists may be, in words, and still be brought together again. */
const REACH = 12;

function byWords(
  said: readonly string[],
  told: readonly SpokenWord[],
  segments: readonly SpokenSegment[],
  { startMs, endMs, voiced, clock }: Sounding & { readonly clock: (seconds: number) => number },
): PieceWord[] {
  const plain = said.map(plainWord);
  const theirs = told.map(({ text }) => plainWord(text));
  const match = new Map<number, SpokenWord>();
  for (let i = 0, j = 0; i < plain.length && j < theirs.length;) {
    const [di, dj] = nearest(plain, theirs, i, j);
    const word = told[j + dj];
    if (word) match.set(i + di, word);
    i += di + 1;
    j += dj + 1;
  }
  const all: PieceWord[] = [];
  for (let i = 0; i < said.length;) {
    const word = match.get(i);
    if (word) {
      all.push(asTold(said[i] ?? '', word, segments, clock));
      i += 1;
      continue;
    }
    // Words without times stand between two that have some.
    let next = i;
    while (next < said.length && !match.has(next)) next += 1;
    const after = match.get(next);
    const within: Run = [all.at(-1)?.endMs ?? startMs, after ? clock(after.start) : endMs];
    all.push(...laid(said.slice(i, next), within, voiced));
    i = next;
  }
  return all;
}

/** The nearest pair that is the same word, by how many are left out on both sides; where there is none, the two at hand. */
function nearest(
  plain: readonly string[],
  theirs: readonly string[],
  i: number,
  j: number,
): [number, number] {
  for (let sum = 0; sum <= REACH; sum++)
    for (let di = 0; di <= sum; di++) {
      const one = plain[i + di];
      if (one !== undefined && one !== '' && one === theirs[j + sum - di]) return [di, sum - di];
    }
  return [0, 0];
}

function asTold(
  text: string,
  { start, end, speaker, confidence }: SpokenWord,
  segments: readonly SpokenSegment[],
  clock: (seconds: number) => number,
): PieceWord {
  const middle = (start + end) / 2;
  const who = speaker ?? segments.find((one) => one.start <= middle && middle <= one.end)?.speaker;
  return {
    text,
    startMs: clock(start),
    endMs: Math.max(clock(start), clock(end)),
    told: true,
    ...(who === undefined ? {} : { speaker: who }),
    ...(confidence === undefined ? {} : { confidence }),
  };
}

import { diffArrays } from 'diff';
import type { Corrected } from './corrections.ts';
import type { Recording } from './recordings.ts';

/** What somebody means who answers a recording with words of it. */
export type Meant =
  /** They stand there just so. */
  | { readonly kind: 'same'; readonly segment: number }
  /** The right text of what stands there. */
  | { readonly kind: 'changed'; readonly was: string; readonly now: string; readonly changes: Corrected[] };

interface Word {
  readonly segment: number;
  readonly text: string;
  /** As it is compared. */
  readonly plain: string;
}

const plainly = (word: string): string =>
  word
    .toLocaleLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[^\p{L}\p{N}]/gu, '');

const wordsOf = (text: string, segment: number): Word[] =>
  text
    .split(/\s+/u)
    .filter(Boolean)
    .map((word) => ({ segment, text: word, plain: plainly(word) }));

/** Longer texts are no correction of a passage. */
const MOST_WORDS = 400;
/** So much of what somebody writes stands in the passage that they mean. */
const LEAST_ALIKE = 0.5;

/** Which words of a recording are meant by these, and whether they are to be others; null where nothing is like them. */
export function passageMeant({ segments }: Pick<Recording, 'segments'>, text: string): Meant | null {
  const said = (segments ?? []).flatMap((segment, at) => wordsOf(segment.text, at));
  const written = wordsOf(text, -1);
  if (written.length === 0 || written.length > MOST_WORDS) return null;
  const window = mostAlike(said, written);
  if (!window) return null;
  return aligned(said.slice(window.from, window.to), written, segments ?? []);
}

/** The stretch that shares the most words with what is written. */
function mostAlike(said: readonly Word[], written: readonly Word[]): { from: number; to: number } | null {
  const wanted = new Map<string, number>();
  for (const { plain } of written) wanted.set(plain, (wanted.get(plain) ?? 0) + 1);
  const length = written.length;
  let alike = 0;
  let best = { alike: 0, from: 0 };
  const left = new Map(wanted);
  const take = (word: Word | undefined, by: 1 | -1) => {
    const open = word && left.get(word.plain);
    if (open === undefined || !word) return;
    left.set(word.plain, open - by);
    if (by === 1 ? open > 0 : open >= 0) alike += by;
  };
  for (let to = 0; to < said.length; to += 1) {
    take(said[to], 1);
    if (to >= length) take(said[to - length], -1);
    if (alike > best.alike) best = { alike, from: to - length + 1 };
  }
  if (best.alike / length < LEAST_ALIKE || (length > 1 && best.alike < 2)) return null;
  const margin = Math.ceil(length / 4) + 1;
  return {
    from: Math.max(0, best.from - margin),
    to: Math.min(said.length, best.from + length + margin),
  };
}

function aligned(
  said: readonly Word[],
  written: readonly Word[],
  segments: NonNullable<Recording['segments']>,
): Meant | null {
  const now = standing(said, written);
  if (!now) return null;
  const changes = [...new Set(said.map(({ segment }) => segment))].flatMap((segment): Corrected[] => {
    const all = wordsOf(segments[segment]?.text ?? '', segment);
    const inWindow = now.words.filter(({ word }) => word.segment === segment);
    // Where the window begins in the middle of the segment, what is before stays; likewise at its end.
    const before = segment === said[0]?.segment ? all.length - inWindow.length : 0;
    const begins = segment === said.at(-1)?.segment && before > 0 ? runOf(all, inWindow) : before;
    const texts = [
      ...all.slice(0, begins).map(({ text }) => text),
      ...inWindow.flatMap(({ texts: stand }) => stand),
      ...all.slice(begins + inWindow.length).map(({ text }) => text),
    ];
    const same = texts.length === all.length && texts.every((text, n) => text === all[n]?.text);
    return same || texts.length === 0 ? [] : [{ segment, text: texts.join(' ') }];
  });
  if (changes.length === 0) return { kind: 'same', segment: now.from.segment };
  return {
    kind: 'changed',
    was: changes.map(({ segment }) => segments[segment]?.text ?? '').join(' '),
    now: changes.map(({ text }) => text).join(' '),
    changes,
  };
}

/** Where a run of words begins among all of its segment. */
const runOf = (all: readonly Word[], run: readonly { readonly word: Word }[]): number =>
  all.findIndex((_word, at) => run.every(({ word }, n) => all[at + n]?.text === word.text));

/** What stands in the place of each word when the passage is as it is written; null where nothing of it is alike. */
function standing(
  said: readonly Word[],
  written: readonly Word[],
): {
  readonly from: Word;
  readonly words: readonly { readonly word: Word; readonly texts: string[] }[];
} | null {
  const words = said.map((word) => ({ word, texts: [word.text] }));
  const parts = diffArrays(
    said.map(({ plain }) => plain),
    written.map(({ plain }) => plain),
  );
  const isCommon = ({ added, removed }: (typeof parts)[number]) => !added && !removed;
  const [first, last] = [parts.findIndex(isCommon), parts.findLastIndex(isCommon)];
  const careful = written.some(({ text }, n) => /[.,!?;:]/u.test(text) || (n > 0 && /\p{Lu}/u.test(text)));
  let [here, there] = [0, 0];
  let from: Word | undefined;
  for (const [n, { added, removed, count }] of parts.entries()) {
    const texts = written.slice(there, there + count).map(({ text }) => text);
    if (added) {
      // At an edge as many words as are written there stood there before; what is further out is no part of the passage.
      if (n < first) {
        const begin = parts.slice(0, first).reduce((sum, one) => sum + (one.removed ? one.count : 0), 0);
        for (const word of words.slice(Math.max(0, begin - count), begin)) word.texts = [];
        words[begin]?.texts.unshift(...texts);
      } else {
        if (n > last) {
          const end = parts.slice(0, last + 1).reduce((sum, one) => sum + (one.added ? 0 : one.count), 0);
          for (const word of words.slice(end, end + count)) word.texts = [];
          words[end - 1]?.texts.push(...texts);
        } else words[here - 1]?.texts.push(...texts);
      }
      there += count;
    } else if (removed) {
      if (n > first && n < last) for (const word of words.slice(here, here + count)) word.texts.shift();
      here += count;
    } else {
      from ??= said[here];
      for (let k = 0; k < count; k += 1) {
        const word = words[here + k];
        const text = texts[k];
        if (!word || text === undefined || !careful) continue;
        const sign = /[\p{L}\p{N}]$/u.test(text) ? (/[^\p{L}\p{N}]+$/u.exec(word.word.text)?.[0] ?? '') : '';
        const isLast = there + k === written.length - 1;
        word.texts[word.texts.length - 1] = isLast ? text + sign : text;
      }
      here += count;
      there += count;
    }
  }
  return from ? { from, words } : null;
}

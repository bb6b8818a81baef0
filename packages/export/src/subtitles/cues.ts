import type { Spoken } from '../blocks.ts';
import { printable } from '../flow.ts';

/** What a television company asks of subtitles: two lines of 42, from one second to seven. */
export const LINE = 42;
const LINES = 2;
export const SHORTEST_MS = 1_000;
export const LONGEST_MS = 7_000;
/** A person reads so many characters a second; a cue stays longer where there is room. */
const READING_PER_SECOND = 17;
/** A silence ends a cue. */
const SILENCE_MS = 1_500;

export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
  /** Whether somebody else spoke before. */
  readonly turn: boolean;
  readonly lines: readonly string[];
}

interface Word {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string | null;
}

interface Open {
  startMs: number;
  endMs: number;
  readonly speaker: string | null;
  words: string[];
}

/** Speech as subtitles: none overlaps another, each is readable, in the order of time. */
export function cuesOf(items: readonly Spoken[], prefix: (speaker: string) => string = () => ''): Cue[] {
  const words = items.flatMap(wordsOf).toSorted((a, b) => a.startMs - b.startMs);
  const open: Open[] = [];
  let before: string | null = null;
  for (const word of words) {
    const last = open.at(-1);
    if (last && last.speaker === word.speaker && fits(last, word)) {
      last.words.push(word.text);
      last.endMs = Math.max(last.endMs, word.endMs);
      continue;
    }
    const isTurn = word.speaker !== null && word.speaker !== before;
    const who = isTurn && word.speaker !== null ? printable(prefix(word.speaker)).slice(0, LINE) : '';
    before = word.speaker ?? before;
    open.push({
      startMs: word.startMs,
      endMs: word.endMs,
      speaker: word.speaker,
      words: who === '' ? [word.text] : [who, word.text],
    });
  }
  return timed(open);
}

/** Whether a word still belongs to the cue before it. */
function fits(cue: Open, word: Word): boolean {
  if (word.startMs - cue.endMs > SILENCE_MS || word.endMs - cue.startMs > LONGEST_MS) return false;
  const isWhole = /[.!?…]["»”)]*$/u.test(cue.words.at(-1) ?? '');
  if (isWhole && cue.endMs - cue.startMs >= SHORTEST_MS && cue.words.join(' ').length > LINE / 2)
    return false;
  return wrap([...cue.words, word.text]) !== null;
}

/** The words on at most two lines of about the same length; null when they do not fit. */
function wrap(words: readonly string[]): string[] | null {
  const whole = words.join(' ');
  if (whole.length <= LINE) return [whole];
  if (whole.length > LINES * LINE + 1) return null;
  let best: { lines: string[]; off: number } | null = null;
  for (let at = 1; at < words.length; at += 1) {
    const lines = [words.slice(0, at).join(' '), words.slice(at).join(' ')];
    if (lines.some((line) => line.length > LINE)) continue;
    const off = Math.abs((lines[0]?.length ?? 0) - (lines[1]?.length ?? 0));
    if (!best || off < best.off) best = { lines, off };
  }
  return best?.lines ?? null;
}

/**
 * Each cue is shown long enough to be read, at most until the next one; one that would be too short takes its second from
 * the next.
 */
function timed(open: readonly Open[]): Cue[] {
  const cues: Cue[] = [];
  let from = 0;
  let before: string | null = null;
  for (const [i, cue] of open.entries()) {
    const startMs = Math.max(cue.startMs, from);
    const lines = wrap(cue.words) ?? [];
    const length = lines.join(' ').length;
    const nextMs = open[i + 1]?.startMs ?? Infinity;
    const wanted = Math.max(cue.endMs, startMs + (length / READING_PER_SECOND) * 1_000);
    const until = Math.min(wanted, nextMs, startMs + LONGEST_MS);
    const endMs = Math.round(Math.max(until, startMs + SHORTEST_MS));
    cues.push({
      startMs: Math.round(startMs),
      endMs,
      speaker: cue.speaker,
      turn: cue.speaker !== null && cue.speaker !== before,
      lines,
    });
    before = cue.speaker ?? before;
    from = endMs;
  }
  return cues;
}

/** A segment's words with times: its own, or shared out by their letters. */
function wordsOf({ startMs, endMs, speaker, text, words }: Spoken): Word[] {
  if (words?.length)
    return words.flatMap((word) =>
      spread(splitWords(word.text), word.startMs, Math.max(word.startMs, word.endMs), speaker),
    );
  return spread(splitWords(text), startMs, Math.max(startMs, endMs), speaker);
}

const splitWords = (text: string): string[] =>
  printable(text).split(/\s+/u).filter(Boolean).flatMap(splitLong);

/** Nothing is longer than a line. */
function splitLong(word: string): string[] {
  if (word.length <= LINE) return [word];
  const letters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word)];
  const parts = [''];
  for (const { segment } of letters) {
    if ((parts.at(-1)?.length ?? 0) + segment.length > LINE) parts.push('');
    parts[parts.length - 1] += segment.slice(0, LINE);
  }
  return parts;
}

function spread(texts: readonly string[], startMs: number, endMs: number, speaker: string | null): Word[] {
  const total = texts.reduce((sum, text) => sum + text.length + 1, 0);
  let at = startMs;
  return texts.map((text) => {
    const length = ((text.length + 1) / Math.max(1, total)) * (endMs - startMs);
    const word = { text, startMs: at, endMs: Math.min(at + length, at + LONGEST_MS), speaker };
    at += length;
    return word;
  });
}

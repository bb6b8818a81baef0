import { assCues } from './ass.ts';
import { type Cue } from './cue.ts';
import { MOST_CUES, type TimedCue } from './outcome.ts';
import { framesCues } from './frames.ts';
import { lyricsCues } from './lyrics.ts';
import { samiCues } from './sami.ts';
import { timedCues } from './timed-cues.ts';
import { ttmlCues } from './ttml.ts';

/**
 * The words of subtitles without numbers, comments, styles and markup, and their times; null when the text is none. Recognised by
 * their content: SRT and SBV, WebVTT (of meetings and of YouTube too), ASS and SSA, TTML, SAMI, MicroDVD, MPL2, lyrics. No library on npm
 * keeps speakers, rolls YouTube's lines up or reads SRT without blank lines; each of the ways here is linear.
 */
export function subtitles(text: string): { text: string; cues: readonly TimedCue[] | null } | null {
  for (const read of [timedCues, assCues, lyricsCues, ttmlCues, samiCues, framesCues]) {
    const found = read(text);
    if (!found) continue;
    const cues = rolledUp(found);
    return { text: spoken(cues), cues: timed(cues) };
  }
  return null;
}

/** The cues in the order of their times; null unless every one has both. */
function timed(cues: readonly Cue[]): readonly TimedCue[] | null {
  const said = cues.filter(({ lines }) => lines.length > 0);
  const all = said.flatMap(({ startMs, endMs, speaker, lines }) =>
    startMs === null || endMs === null || endMs < startMs
      ? []
      : [{ startMs, endMs, speaker, text: lines.join(' ') }],
  );
  if (all.length === 0 || all.length < said.length || all.length > MOST_CUES) return null;
  return all.toSorted((a, b) => a.startMs - b.startMs);
}

/** Cues of one speaker that follow each other are one paragraph with the name before it. */
function spoken(cues: readonly Cue[]): string {
  const paragraphs: { speaker: string | null; lines: string[] }[] = [];
  for (const { speaker, lines } of cues) {
    if (lines.length === 0) continue;
    const last = paragraphs.at(-1);
    if (last && last.speaker === speaker) last.lines.push(...lines);
    else paragraphs.push({ speaker, lines: [...lines] });
  }
  return paragraphs
    .map(({ speaker, lines }) => (speaker === null ? lines.join('\n') : `${speaker}: ${lines.join(' ')}`))
    .join('\n');
}

/** Cues that touch each other. */
const TOUCH_MS = 50;
/** A file in which this share of the cues repeats the one before is rolling; in others somebody said it twice. */
const ROLLING_SHARE = 0.25;

/** Automatic captions roll: each line stands in the following cues again, or grows word by word. Each is kept once. */
function rolledUp(cues: readonly Cue[]): readonly Cue[] {
  const full = cues.filter(({ lines }) => lines.length > 0);
  const repeats = full.filter((cue, i) => {
    const before = full[i - 1];
    return before && touches(before, cue) && (repeated(before.lines, cue.lines) > 0 || grown(before, cue));
  }).length;
  const timedWords = full.some(({ wordTimes }) => wordTimes);
  if (repeats < (timedWords ? 1 : 2) || (!timedWords && repeats < full.length * ROLLING_SHARE)) return cues;
  const kept: { speaker: string | null; lines: string[]; cue: Cue }[] = [];
  for (const [i, cue] of full.entries()) {
    const before = full[i - 1];
    let { lines } = cue;
    if (before && before.speaker === cue.speaker && touches(before, cue)) {
      const last = kept.at(-1);
      if (last && grown(before, cue)) last.lines.pop();
      else lines = lines.slice(repeated(before.lines, lines));
    }
    if (lines.length > 0) kept.push({ speaker: cue.speaker, lines: [...lines], cue });
  }
  return kept.map(({ speaker, lines, cue }) => ({ ...cue, speaker, lines }));
}

const touches = (before: Cue, after: Cue): boolean =>
  before.endMs === null || after.startMs === null || after.startMs - before.endMs <= TOUCH_MS;

const grown = (before: Cue, after: Cue): boolean => {
  const said = before.lines.at(-1) ?? '';
  return said !== '' && (after.lines[0] ?? '').startsWith(`${said} `);
};

/** How many lines at the beginning of a cue are the last of the one before. */
function repeated(before: readonly string[], after: readonly string[]): number {
  // Captions have two or three lines; a cue of thousands is none that rolls.
  for (let n = Math.min(before.length, after.length, 4); n > 0; n--)
    if (after.slice(0, n).every((line, i) => line === before[before.length - n + i])) return n;
  return 0;
}

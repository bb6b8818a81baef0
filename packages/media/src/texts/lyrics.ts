import { type Cue, trimmed } from './cue.ts';

const TIMED = /^\s*(?:\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\]\s*)+/;
const ABOUT = /^\s*\[[a-z#]{1,10}:[^\]]{0,300}\]\s*$/i;

/** Reads LRC; null when the text is none: most of its lines begin with a time in brackets. */
export function lyricsCues(text: string): Cue[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const timed = lines.filter((line) => TIMED.test(line)).length;
  const about = lines.filter((line) => ABOUT.test(line)).length;
  if (timed === 0 || timed + about < lines.length * 0.8) return null;
  return lines
    .filter((line) => !ABOUT.test(line))
    .map((line) => ({
      startMs: null,
      endMs: null,
      speaker: null,
      lines: trimmed([line.replace(TIMED, '').replaceAll(/<\d{1,3}:\d{2}[.:\d]{0,6}>/g, '')]),
      wordTimes: false,
    }));
}

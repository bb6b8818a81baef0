import { type Cue, timeMs, trimmed, withoutEntities } from './cue.ts';

/** `00:01.000 --> 00:04.000 align:start` of SRT and WebVTT, `0:00:00.599,0:00:04.160` of SBV. */
const TIMES =
  /^\s*((?:\d{1,4}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,6})?)\s*(?:-->|,(?=\d{1,2}:\d{2}:\d{2}\.\d{3}\s*$))\s*((?:\d{1,4}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,6})?)/;

/** How far into the file its first time may stand, in lines that are not empty. A head of WebVTT is longer. */
const FIRST_TIMES = 4;

/** Reads SRT (without blank lines too), WebVTT and SBV; null when the text is none of them. */
export function timedCues(text: string): Cue[] | null {
  const lines = text.split('\n').map(mended);
  const isVtt = /^\uFEFF?WEBVTT(\s|$)/.test(lines[0] ?? '');
  if (!isVtt && !begins(lines)) return null;
  const cues: Cue[] = [];
  let times: { startMs: number | null; endMs: number | null } | null = null;
  let block: string[] = [];
  let voice: string | null = null;
  // A head of WebVTT, comments, styles: all lines up to an empty one, or to a time.
  let skipping = isVtt;
  let afterBlank = true;
  const close = () => {
    const said = voices(block, voice);
    voice = said.at(-1)?.voice ?? null;
    for (const part of said)
      cues.push({
        startMs: null,
        endMs: null,
        ...times,
        speaker: part.speaker,
        lines: part.lines,
        wordTimes: part.wordTimes,
      });
    block = [];
  };
  for (const [i, raw] of lines.entries()) {
    const line = raw.trim();
    const found = TIMES.exec(line);
    if (found) {
      close();
      voice = null;
      times = { startMs: timeMs(found[1] ?? ''), endMs: timeMs(found[2] ?? '') };
      skipping = false;
      afterBlank = false;
    } else if (line === '') {
      skipping = false;
      afterBlank = true;
    } else {
      // A cue's number or name stands directly before its times.
      const isName = (afterBlank || /^\d+$/.test(line)) && TIMES.test(lines[i + 1] ?? '');
      if (isVtt && afterBlank && /^(NOTE|STYLE|REGION)(\s|$)/.test(line)) skipping = true;
      if (!skipping && !isName) block.push(line);
      afterBlank = false;
    }
  }
  close();
  return cues;
}

/** What translators of texts and word processors make of a line of times: spaces in them, another arrow. */
const TRANSLATED =
  /^\s*(\d{1,3}) ?: ?(\d{1,2}) ?: ?(\d{1,2}) ?[.,،] ?(\d{1,3}) ?(?:[-—–]{1,3} ?(?:>|&gt;)|[→⟶]) ?(\d{1,3}) ?: ?(\d{1,2}) ?: ?(\d{1,2}) ?[.,،] ?(\d{1,3})\s*$/;
const mended = (line: string): string => {
  const found = line.length >= 16 && line.length <= 80 ? TRANSLATED.exec(line) : null;
  if (!found) return line;
  const [, ...parts] = found;
  const time = (from: number) => `${parts.slice(from, from + 3).join(':')},${parts[from + 3] ?? ''}`;
  return `${time(0)} --> ${time(4)}`;
};

/** A time stands at the beginning. */
function begins(lines: readonly string[]): boolean {
  let seen = 0;
  for (const line of lines) {
    if (TIMES.test(line)) return true;
    if (line.trim() !== '' && ++seen >= FIRST_TIMES) return false;
  }
  return false;
}

const VOICE = /<v(?:\.[\w.-]{1,80})?[ \t]([^<>]{1,200})>|<\/v>/g;
const WORD_TIME = /<\d{1,3}:\d{2}[\d:.]{0,12}>/g;
/** Known marks only, so that an ordinary `<` stays. Each alternative ends at the next bracket: linear. */
const MARKS =
  /<\/?(?:[bius]|c|em|strong|ruby|rt|br)(?:\.[\w.#-]{1,80})?\s{0,4}\/?>|<\/?(?:v|lang|font|span|p)(?:[.\s][^<>]{0,200})?>|\{\\[^{}]{0,400}\}/gi;

/** A cue's lines by who says them. `voice` is who spoke before an empty line in the middle of the cue. */
function voices(block: readonly string[], before: string | null) {
  const parts: { speaker: string | null; voice: string | null; lines: string[]; wordTimes: boolean }[] = [];
  const text = block.join('\n');
  let speaker = before;
  let at = 0;
  const add = (to: number) => {
    const said = text.slice(at, to);
    const wordTimes = /<\d{1,3}:\d{2}/.test(said);
    const plain = withoutEntities(said.replaceAll(WORD_TIME, '').replaceAll(MARKS, ''));
    const lines = trimmed(plain.split('\n'));
    if (lines.length > 0) parts.push({ speaker, voice: speaker, lines, wordTimes });
  };
  for (const match of text.matchAll(VOICE)) {
    add(match.index);
    speaker = match[1] === undefined ? null : withoutEntities(match[1]).trim() || null;
    at = match.index + match[0].length;
  }
  add(text.length);
  return parts;
}

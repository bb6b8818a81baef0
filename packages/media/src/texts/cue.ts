/** What is said at one time. */
export interface Cue {
  /** Null where the format has none, or they cannot be read. */
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly speaker: string | null;
  /** Without markup, none empty. */
  readonly lines: readonly string[];
  /** It says when each word begins, as captions do that a machine made. */
  readonly wordTimes: boolean;
}

/** Milliseconds of `[hours:]minutes:seconds[.,]fraction`; null when it is no time. */
export function timeMs(text: string): number | null {
  const match = /^\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,6}))?\s*$/.exec(text);
  if (!match) return null;
  const [, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const ms = Number(`0.${fraction === '' ? '0' : fraction}`) * 1_000;
  return (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000 + Math.round(ms);
}

const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    '#39': "'",
    nbsp: ' ',
    lrm: '',
    rlm: '',
  }),
);

/** Only what is an entity of subtitles; an ampersand that somebody wrote stays. */
export const withoutEntities = (text: string): string =>
  text.replaceAll(/&(#39|[a-z]{2,4});/g, (whole, name: string) => ENTITIES.get(name) ?? whole);

export const trimmed = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll(/[\s\u200B]+/g, ' ').trim()).filter(Boolean);

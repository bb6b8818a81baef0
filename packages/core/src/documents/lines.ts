import { readTranscript, type Transcript } from '../recordings/transcript.ts';
import type { Recording } from '../recordings/recordings.ts';
import { speakersOf } from '../recordings/speakers.ts';
import type { WorkerParts } from '../parts.ts';
import { slidesText } from './slides.ts';
import { sectionsOf } from './sections.ts';

/** What was said in one go, with the number by which documents name it. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** From the start of the recording; null in a text without times. */
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** From 0, as the transcript counts them. */
  readonly speaker: number | null;
  readonly text: string;
}

/** About half a minute: what a press plays. Longer segments become several lines. */
const LONGEST = 500;

/** A transcript as lines; where a segment is long, the times inside it are shared out by letters. */
export function linesOf({ segments, timesFrom }: Transcript): Line[] {
  const lines: Line[] = [];
  for (const { startMs, endMs, speaker, text } of segments) {
    let at = 0;
    for (const part of sectionsOf(text.trim(), LONGEST)) {
      const time = (done: number) =>
        Math.round(startMs + ((endMs - startMs) * done) / Math.max(1, text.length));
      const timed = timesFrom !== 'none';
      const [from, to] = [time(at), time(at + part.length)];
      at += part.length;
      const said = part.replace(/\s+/gu, ' ').trim();
      if (said !== '')
        lines.push({
          number: lines.length + 1,
          startMs: timed ? from : null,
          endMs: timed ? to : null,
          speaker,
          text: said,
        });
    }
  }
  return lines;
}

/** The lines of a recording. */
export const readLines = async (
  parts: { readonly storage: Pick<WorkerParts['storage'], 'get'> },
  recording: Recording,
): Promise<{ readonly lines: Line[]; readonly speakers: readonly (string | null)[] }> => {
  const transcript = await readTranscript(parts, recording);
  return { lines: linesOf(transcript), speakers: speakersOf(recording, transcript) };
};

/**
 * The text as a model is given it: every line on one of its own with its number, and who speaks where that is known and
 * changes. Whatever names a line is held against this.
 */
export function numbered(lines: readonly Line[], speakers: readonly (string | null)[]): string {
  let before: number | null = null;
  return lines
    .map(({ number, speaker, text }) => {
      const who = speaker === null || speaker === before ? '' : speakerName(speakers, speaker);
      before = speaker ?? before;
      return `[${number}] ${who === '' ? '' : `${who}: `}${text}\n`;
    })
    .join('');
}

const speakerName = (speakers: readonly (string | null)[], speaker: number): string =>
  speakers.length === 0 ? '' : (speakers[speaker] ?? `Speaker ${speaker + 1}`);

/** All that a document is written over: the lines, and below them what was shown. */
export async function readMaterial(parts: Pick<WorkerParts, 'storage' | 'db'>, recording: Recording) {
  const read = await readLines(parts, recording);
  const said = numbered(read.lines, read.speakers);
  return { ...read, text: said === '' ? '' : said + (await slidesText(parts, recording)) };
}

/** The numbers of the lines in a numbered text. */
export const numbersIn = (text: string): Set<number> =>
  new Set([...text.matchAll(/^\[(\d+)\] /gmu)].map(([, number]) => Number(number)));

/** Every number of a line that an answer names. */
export function momentsIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(momentsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'moment' && typeof inner === 'number' ? [inner] : momentsIn(inner),
  );
}

/** An answer without the moments that do not exist: a line that the model was not given. */
export function withKnownMoments(value: object, known: ReadonlySet<number>): Record<string, unknown> {
  const checked = (name: string, inner: unknown): unknown => {
    if (name === 'moment') return typeof inner === 'number' && known.has(inner) ? inner : null;
    if (Array.isArray(inner)) return inner.map((one: unknown) => checked('', one));
    return typeof inner === 'object' && inner !== null ? withKnownMoments(inner, known) : inner;
  };
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, checked(name, inner)]));
}

import type { PieceWord } from '@aisha/db';
import type { TranscriptSegment } from './transcript.ts';

/** A word, and which speaker says it. */
export interface SaidWord extends Omit<PieceWord, 'speaker'> {
  readonly speaker: number | null;
}

/** As subtitles are made: two lines of 42 characters, seven seconds. */
const LONGEST = { characters: 84, ms: 7_000 };
/** A sentence so short is left with the next one. */
const SHORT_MS = 1_000;
/** A pause that ends a cue wherever it is. */
const PAUSE_MS = 700;
/** Below this a recogniser doubts the word itself. */
const UNSURE = 0.5;

const ENDS_SENTENCE = /[.!?…]["»)]*$/u;

/** Segments of a subtitle's length: they end with a speaker's turn, at pauses, with sentences, and before they get too long. */
export function segmentsOf(words: readonly SaidWord[]): TranscriptSegment[] {
  const cues: SaidWord[][] = [];
  let cue: SaidWord[] = [];
  for (const word of words) {
    if (cue.length > 0 && endsBefore(cue, word)) {
      cues.push(cue);
      cue = [];
    }
    cue.push(word);
  }
  if (cue.length > 0) cues.push(cue);
  return cues.map(segmentOf);
}

function endsBefore(cue: readonly SaidWord[], word: SaidWord): boolean {
  const first = cue[0];
  const last = cue.at(-1);
  if (!first || !last) return false;
  const length = cue.reduce((sum, { text }) => sum + text.length + 1, word.text.length);
  return (
    last.speaker !== word.speaker ||
    word.startMs - last.endMs >= PAUSE_MS ||
    word.endMs - first.startMs > LONGEST.ms ||
    length > LONGEST.characters ||
    (ENDS_SENTENCE.test(last.text) && last.endMs - first.startMs >= SHORT_MS)
  );
}

function segmentOf(words: readonly SaidWord[]): TranscriptSegment {
  const text = words.map((word) => word.text).join(' ');
  const places: { from: number; to: number }[] = [];
  let at = 0;
  for (const { text: said, confidence = 1 } of words) {
    if (confidence < UNSURE) places.push({ from: at, to: at + said.length });
    at += said.length + 1;
  }
  return {
    startMs: words[0]?.startMs ?? 0,
    endMs: words.at(-1)?.endMs ?? 0,
    speaker: words[0]?.speaker ?? null,
    text,
    // Where they were worked out from the sound, a cue is as exact as can be relied on.
    ...(words.every(({ told }) => told === true)
      ? {
          words: words.map(({ startMs, endMs, text: said, confidence }) => ({
            startMs,
            endMs,
            text: said,
            ...(confidence === undefined ? {} : { confidence }),
          })),
        }
      : {}),
    ...(places.length > 0 ? { unsure: places } : {}),
  };
}

/** After a pause like this a sentence begins a new paragraph, and in any case when one has got so long. */
const PARAGRAPH = { pauseMs: 1_500, characters: 900 };

/** What of a segment paragraphs are made by. */
type Said = Pick<TranscriptSegment, 'startMs' | 'endMs' | 'speaker' | 'text'>;

/** The segments in paragraphs: by speaker, and by pauses. */
export function paragraphsOf<S extends Said>(segments: readonly S[]): S[][] {
  const paragraphs: S[][] = [];
  let length = 0;
  for (const segment of segments) {
    const paragraph = paragraphs.at(-1);
    const before = paragraph?.at(-1);
    const breaks =
      before !== undefined &&
      (before.speaker !== segment.speaker ||
        (ENDS_SENTENCE.test(before.text) &&
          (segment.startMs - before.endMs >= PARAGRAPH.pauseMs || length >= PARAGRAPH.characters)));
    if (breaks) length = 0;
    if (!paragraph || breaks) paragraphs.push([segment]);
    else paragraph.push(segment);
    length += segment.text.length + 1;
  }
  return paragraphs;
}

/** The text in paragraphs, without who speaks. */
export const textOf = ({ segments }: { readonly segments: readonly Said[] }): string =>
  paragraphsOf(segments)
    .map((paragraph) => paragraph.map(({ text }) => text).join(' '))
    .join('\n\n');

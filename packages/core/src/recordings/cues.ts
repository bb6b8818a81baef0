import type { PieceWord } from '@aisha/db';
import type { Transcript, TranscriptSegment } from './transcript.ts';

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

/** The text in paragraphs: by speaker, and by pauses. */
export function textOf({ segments }: Pick<Transcript, 'segments'>): string {
  let text = '';
  let length = 0;
  for (const [n, segment] of segments.entries()) {
    const before = segments[n - 1];
    const breaks =
      before !== undefined &&
      (before.speaker !== segment.speaker ||
        (ENDS_SENTENCE.test(before.text) &&
          (segment.startMs - before.endMs >= PARAGRAPH.pauseMs || length >= PARAGRAPH.characters)));
    if (breaks) length = 0;
    text += `${before === undefined ? '' : breaks ? '\n\n' : ' '}${segment.text}`;
    length += segment.text.length + 1;
  }
  return text;
}

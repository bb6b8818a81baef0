import { z } from 'zod';

/** Longer than any book; what is larger is not a text to be summed up. */
export const MOST_CHARACTERS = 3_000_000;

/** A film has some thousand; a file of more is its words alone. */
export const MOST_CUES = 40_000;

/** What is said between two times, milliseconds. */
const timedCue = z.object({
  startMs: z.number().int().nonnegative(),
  endMs: z.number().int().nonnegative(),
  speaker: z.string().nullable(),
  text: z.string(),
});
export type TimedCue = z.infer<typeof timedCue>;

/** What came of reading a text. */
export const textOutcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ok'),
    text: z.string().max(MOST_CHARACTERS),
    /** Of subtitles that say when each line is said; in their order. */
    cues: z.array(timedCue).max(MOST_CUES).optional(),
  }),
  z.object({
    kind: z.enum([
      'not_text',
      'empty',
      'too_long',
      /** A document of pictures of paper: it has no letters to read. */
      'scanned',
      /** A password is asked for. */
      'locked',
      'damaged',
    ]),
  }),
]);
export type TextOutcome = z.infer<typeof textOutcome>;

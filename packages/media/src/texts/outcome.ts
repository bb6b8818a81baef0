import { z } from 'zod';

/** Longer than any book; what is larger is not a text to be summed up. */
export const MOST_CHARACTERS = 3_000_000;

/** What came of reading a text. */
export const textOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ok'), text: z.string().max(MOST_CHARACTERS) }),
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

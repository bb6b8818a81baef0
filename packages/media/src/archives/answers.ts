import { z } from 'zod';

export const extractInput = z.object({
  /** Whole path of the zip. */
  file: z.string(),
  /** Of its pictures together. */
  mostBytes: z.number().int().positive(),
});
export type ExtractInput = z.infer<typeof extractInput>;

const reason = z.enum([
  /** No zip, or one that is damaged. */
  'unreadable',
  'encrypted',
  /** More files than anybody sends, or more of their bytes. */
  'too_big',
]);
export type ArchiveProblem = z.infer<typeof reason> | 'too_costly';

export const extracted = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('extracted'),
    /** Their names in the scratch folder; those in the zip are nobody's business. */
    files: z.array(z.string().regex(/^\d+$/)),
    /** Files in it that are no pictures: texts, other archives, what systems put beside. */
    others: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal('refused'), reason }),
]);
export type Extracted = z.infer<typeof extracted>;

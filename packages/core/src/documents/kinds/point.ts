import { z } from 'zod';

/** Models write numbers as texts now and then, and documents of before name no moments. */
const asNumber = (given: unknown): number | null => {
  const number = typeof given === 'string' ? Number(given.replace(/[[\]]/g, '')) : given;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
};

/** The line in which something is said. */
export const moment = z
  .preprocess(asNumber, z.number().int().nullable())
  .describe('The number in brackets of the line in which this is said; null if there is none');

/** One sentence with its moment; of documents of before, the sentence alone. */
export const point = (about: string) =>
  z.preprocess(
    (given) => (typeof given === 'string' ? { point: given, moment: null } : given),
    z.object({ point: z.string().describe(about), moment }),
  );

/** A stretch of a text that is written whole. */
export const passage = z.object({
  speaker: z.string().nullable().describe('Who speaks, only if the line says so'),
  passage: z.string(),
  moment,
});

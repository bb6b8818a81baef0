import { defineParser } from '../child/parser.ts';
import { LIMITS } from '../limits.ts';
import { extracted, extractInput } from './answers.ts';

/** Unpacks the pictures of a zip into numbered files of the scratch folder. */
export const extractPictures = defineParser({
  name: 'archive.pictures',
  limits: LIMITS.archive,
  input: extractInput,
  output: extracted,
  load: async () => (await import('./extract.ts')).extract,
});

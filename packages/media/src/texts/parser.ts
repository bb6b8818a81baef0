import { z } from 'zod';
import { defineParser } from '../child/parser.ts';
import { TEXT } from '../limits.ts';
import { textOutcome } from './outcome.ts';

/** Reads a file of the scratch folder as a text. */
export const textParser = defineParser({
  name: 'text',
  input: z.object({ file: z.string() }),
  output: textOutcome,
  limits: TEXT,
  async load() {
    const [{ readFile }, { readText }] = await Promise.all([import('node:fs/promises'), import('./read.ts')]);
    return async ({ file }) => readText(await readFile(file));
  },
});

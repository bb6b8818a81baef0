import { defineParser } from '../child/parser.ts';
import { FACES } from '../limits.ts';
import { seeInput, seen } from './answers.ts';

/** Finds the faces of a picture, and measures the largest. */
export const seeFaces = defineParser({
  name: 'faces.see',
  limits: FACES.photo,
  input: seeInput,
  output: seen,
  load: async () => (await import('./see.ts')).see,
});

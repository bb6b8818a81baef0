import { z } from 'zod';
import { defineParser } from '../child/parser.ts';
import { LIMITS } from '../limits.ts';

/** Makes an Ogg file with a hole one that can be read beyond it. */
export const oggPages = defineParser({
  name: 'sound.oggPages',
  limits: LIMITS.oggPages,
  input: z.object({ file: z.string(), to: z.string() }),
  output: z.object({ droppedBytes: z.number().int().nonnegative() }),
  load: async () => (await import('./ogg-pages.ts')).keepPages,
});

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

/** Makes an MP4 in fragments with a hole one that can be read beyond it. */
export const mp4Boxes = defineParser({
  name: 'sound.mp4Boxes',
  limits: LIMITS.oggPages,
  input: z.object({ file: z.string(), to: z.string() }),
  output: z.object({ droppedBytes: z.number().int().nonnegative() }),
  load: async () => (await import('./mp4-boxes.ts')).mendBoxes,
});

import { z } from 'zod';
import { defineKind } from './kind.ts';
import { moment } from './point.ts';

/** By the person's own instruction, which a template holds. */
export const own = defineKind({
  schema: z.object({
    title: z.string().describe('Up to eight words'),
    parts: z.array(z.object({ heading: z.string(), content: z.string(), moment })),
  }),
  instruction: null,
  merge: 'by-model',
  // Whatever is asked for: it may be the text once more.
  writes: 1,
  blocks: ({ title, parts }, { at }) => [
    { block: 'title', label: 'document.kind.own', text: title },
    {
      block: 'topics',
      label: 'document.parts',
      items: parts.map((one) => ({ topic: one.heading, text: one.content, at: at(one.moment) })),
    },
  ],
});

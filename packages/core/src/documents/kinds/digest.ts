import { z } from 'zod';
import { defineKind } from './kind.ts';
import { moment } from './point.ts';

export const digest = defineKind({
  schema: z.object({
    title: z.string().describe('Up to eight words'),
    parts: z.array(
      z.object({
        heading: z.string().describe('What this part is about, up to eight words'),
        retelling: z
          .string()
          .describe('Two to six sentences that keep every name, date, number and argument'),
        moment,
      }),
    ),
  }),
  instruction: 'Retell the text in detail, part by part, in the order in which things were said.',
  // What was said in one section was not said in another: nothing is lost by putting them together.
  merge: (sections) => ({
    title: sections[0]?.title ?? '',
    parts: sections.flatMap(({ parts }) => parts),
  }),
  blocks: ({ title, parts }, { at }) => [
    { block: 'title', label: 'document.kind.digest', text: title },
    {
      block: 'topics',
      label: 'document.parts',
      items: parts.map((one) => ({ topic: one.heading, text: one.retelling, at: at(one.moment) })),
    },
  ],
});

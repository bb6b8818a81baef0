import { z } from 'zod';
import { defineKind, placed } from './kind.ts';
import { point } from './point.ts';

export const decisions = defineKind({
  schema: z.object({
    title: z.string().describe('What was decided about, up to eight words'),
    decisions: z.array(point('Something that was decided or agreed, one sentence')),
  }),
  instruction:
    'List the decisions only: what was decided or agreed, with whom it concerns, and nothing else.',
  // A model that merges may leave one out; put together, at worst one is said twice.
  merge: (sections) => ({
    title: sections[0]?.title ?? '',
    decisions: [
      ...new Map(sections.flatMap((section) => section.decisions).map((one) => [one.point, one])).values(),
    ],
  }),
  blocks: ({ title, decisions: made }, marks) => [
    { block: 'title', label: 'document.kind.decisions', text: title },
    made.length === 0
      ? { block: 'note', label: 'document.no_decisions' }
      : { block: 'list', label: 'document.decisions', items: made.map(placed(marks)) },
  ],
});

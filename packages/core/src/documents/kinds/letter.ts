import { z } from 'zod';
import { defineKind, placed, unplaced } from './kind.ts';
import { point } from './point.ts';

export const letter = defineKind({
  schema: z.object({
    subject: z.string().describe('Subject of the letter, up to eight words'),
    greeting: z.string().describe('To all who took part; with names only if the text has them'),
    paragraphs: z.array(point('One paragraph of the letter')),
    closing: z.string().describe('What is asked for or comes next, and a polite end without a signature'),
  }),
  instruction:
    'Write the letter that is sent after this talk to those who took part: thanks, what was agreed, who does what by when.',
  merge: 'by-model',
  blocks: ({ subject, greeting, paragraphs, closing }, marks) => [
    { block: 'title', label: 'document.kind.letter', text: subject },
    {
      block: 'paragraphs',
      items: [unplaced(greeting), ...paragraphs.map(placed(marks)), unplaced(closing)],
    },
  ],
});

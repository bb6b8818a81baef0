import { z } from 'zod';
import { defineKind, placed, unplaced } from './kind.ts';
import { point } from './point.ts';

export const summary = defineKind({
  schema: z.object({
    title: z.string().describe('Up to eight words'),
    paragraphs: z.array(z.string()).describe('The gist, one to five short paragraphs'),
    points: z.array(point('One of the most important facts, one sentence')),
  }),
  instruction: 'Write a summary.',
  merge: 'by-model',
  blocks: ({ title, paragraphs, points }, marks) => [
    { block: 'title', label: 'document.kind.summary', text: title },
    { block: 'paragraphs', items: paragraphs.map(unplaced) },
    { block: 'list', label: 'document.points', items: points.map(placed(marks)) },
  ],
});

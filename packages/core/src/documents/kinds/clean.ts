import type { Point } from '@aisha/export';
import { z } from 'zod';
import { defineKind, type Marks, WHOLE_TEXT } from './kind.ts';
import { passage } from './point.ts';

/** What is written whole, as paragraphs with who speaks. */
export const passages = (all: readonly z.infer<typeof passage>[], { at }: Marks): Point[] =>
  all.map((one) => ({
    text: one.speaker === null ? one.passage : `${one.speaker}: ${one.passage}`,
    at: at(one.moment),
  }));

export const clean = defineKind({
  schema: z.object({
    passages: z.array(passage).describe('The whole text, cleaned, as paragraphs in its order'),
  }),
  instruction:
    'Write the whole text clean: take out fillers, slips and repetitions, mend punctuation and grammar, make paragraphs, change no meaning and leave nothing out.',
  writtenIn: 'own',
  sectionCharacters: WHOLE_TEXT,
  writes: 1,
  merge: (sections) => ({ passages: sections.flatMap((section) => section.passages) }),
  blocks: (content, marks) => [
    { block: 'title', label: 'document.kind.clean', text: null },
    { block: 'paragraphs', items: passages(content.passages, marks) },
  ],
});

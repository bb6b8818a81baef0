import { z } from 'zod';
import { passages } from './clean.ts';
import { defineKind, WHOLE_TEXT } from './kind.ts';
import { passage } from './point.ts';

export const translation = defineKind({
  schema: z.object({
    passages: z.array(passage).describe('The whole text, translated, as paragraphs in its order'),
  }),
  instruction: 'Translate the whole text, leaving nothing out and adding nothing.',
  writtenIn: 'asked',
  sectionCharacters: WHOLE_TEXT,
  // Other languages take more letters.
  writes: 1.3,
  merge: (sections) => ({ passages: sections.flatMap((section) => section.passages) }),
  blocks: (content, marks) => [
    { block: 'title', label: 'document.kind.translation', text: null },
    { block: 'paragraphs', items: passages(content.passages, marks) },
  ],
});

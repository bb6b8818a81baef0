import { clock } from '@aisha/export';
import { z } from 'zod';
import { defineKind } from './kind.ts';
import { moment } from './point.ts';

/** Both languages are written: half of what a translation has at once. */
const BOTH_TEXTS = 4_500;

export const bilingual = defineKind({
  schema: z.object({
    passages: z
      .array(z.object({ original: z.string(), translated: z.string(), moment }))
      .describe('The whole text as paragraphs in its order, each beside its translation'),
  }),
  instruction:
    'Write the whole text as paragraphs of one to four sentences, word for word, and beside each its translation. Leave nothing out.',
  writtenIn: 'asked',
  sectionCharacters: BOTH_TEXTS,
  writes: 2.3,
  merge: (sections) => ({ passages: sections.flatMap((section) => section.passages) }),
  blocks: (content, { at }) => [
    { block: 'title', label: 'document.kind.bilingual', text: null },
    {
      block: 'table',
      head: ['document.original', 'document.translated'],
      rows: content.passages.map((one) => {
        const startMs = at(one.moment)?.startMs ?? null;
        return [startMs === null ? one.original : `[${clock(startMs)}] ${one.original}`, one.translated];
      }),
    },
  ],
});

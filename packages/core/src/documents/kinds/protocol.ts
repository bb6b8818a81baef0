import { z } from 'zod';
import { defineKind } from './kind.ts';
import { meeting, meetingBlocks } from './minutes.ts';

export const protocol = defineKind({
  schema: meeting.extend({
    number: z.string().nullable().describe('Number of the protocol, only if the text says so'),
    place: z.string().nullable().describe('Place, only if the text says so'),
    chair: z.string().nullable().describe('Who presides, only if the text says so'),
    secretary: z.string().nullable().describe('Who keeps the protocol, only if the text says so'),
  }),
  instruction:
    'Write the formal protocol of this meeting: who presided, who took part, what was discussed and decided.',
  merge: 'by-model',
  blocks: (content) => [
    { block: 'title', label: 'document.kind.protocol', text: content.title },
    { block: 'field', label: 'document.number', value: content.number },
    { block: 'field', label: 'document.date', value: content.date },
    { block: 'field', label: 'document.place', value: content.place },
    { block: 'field', label: 'document.chair', value: content.chair },
    { block: 'field', label: 'document.secretary', value: content.secretary },
    ...meetingBlocks(content),
  ],
});

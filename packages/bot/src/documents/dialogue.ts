import { z } from 'zod';
import { dialogue } from '../chat/dialogue.ts';

const of = { recordingId: z.uuid() };

/** Waits for the name of a language that is not offered. */
export const namingLanguage = dialogue('document.into', {
  ...of,
  kind: z.enum(['translation', 'bilingual']),
});
/** Waits for the name of a new instruction, then for the instruction. */
export const namingTemplate = dialogue('template.name', of);
export const describingTemplate = dialogue('template.text', { ...of, templateName: z.string() });

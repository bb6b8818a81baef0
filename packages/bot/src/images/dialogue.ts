import { ASPECT_NAMES, COUNT_MAX } from '@aisha/core';
import { z } from 'zod';
import { dialogue } from '../chat/dialogue.ts';

/** Waits for the description of an image; what else was chosen so far. */
export const imagePrompt = dialogue('image.prompt', {
  avatarId: z.uuid().nullable(),
  aspect: z.enum(ASPECT_NAMES),
  count: z.number().int().min(1).max(COUNT_MAX),
  /** What was shown: at another price it is asked for anew. */
  price: z.number().int().optional(),
});

export type ImageDraft = NonNullable<ReturnType<typeof imagePrompt.of>>;

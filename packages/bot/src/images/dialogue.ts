import { ASPECT_NAMES, COUNT_MAX, QUALITIES } from '@aisha/core';
import { z } from 'zod';
import { dialogue } from '../chat/dialogue.ts';

/** When what came was too long to be one description, in milliseconds: clients send such a text in pieces. */
const tooLongAt = z.number().optional();

/** Waits for the description of an image; what else was chosen so far. */
export const imagePrompt = dialogue('image.prompt', {
  avatarId: z.uuid().nullable(),
  aspect: z.enum(ASPECT_NAMES),
  count: z.number().int().min(1).max(COUNT_MAX),
  /** What was shown: at another price it is asked for anew. */
  price: z.number().int().optional(),
  /** Somebody who is in it too. */
  otherId: z.uuid().optional(),
  quality: z.enum(QUALITIES).optional(),
  enrich: z.boolean().optional(),
  tooLongAt,
});

export type ImageDraft = NonNullable<ReturnType<typeof imagePrompt.of>>;

/** Waits for words that change a picture. */
export const imageEdit = dialogue('image.edit', {
  imageId: z.uuid(),
  price: z.number().int().optional(),
  tooLongAt,
});

export type EditDraft = NonNullable<ReturnType<typeof imageEdit.of>>;

import { ASPECT_NAMES } from '@aisha/core';
import { z } from 'zod';

/**
 * Where a person stands in a dialogue: kept in the `conversations` row, so that a restart, another process or a
 * deploy goes on where they were. Only add; what cannot be parsed any more is `idle`.
 */
const dialogueState = z.discriminatedUnion('name', [
  // `album`: the album that was answered last; its other pictures are not answered again.
  z.object({ name: z.literal('idle'), album: z.string().optional() }),
  z.object({ name: z.literal('avatar.name'), kind: z.enum(['portrait', 'style']) }),
  z.object({ name: z.literal('avatar.subject'), avatarName: z.string() }),
  z.object({
    name: z.literal('avatar.consent'),
    kind: z.enum(['portrait', 'style']),
    avatarName: z.string(),
    subject: z.enum(['man', 'woman', 'neutral']).nullable(),
  }),
  z.object({ name: z.literal('avatar.photos'), avatarId: z.uuid() }),
  z.object({ name: z.literal('avatar.rename'), avatarId: z.uuid() }),
  z.object({
    name: z.literal('image.prompt'),
    avatarId: z.uuid().nullable(),
    aspect: z.enum(ASPECT_NAMES),
    count: z.number().int().min(1).max(4),
  }),
  z.object({ name: z.literal('promo.code') }),
]);

export type DialogueState = z.infer<typeof dialogueState>;

export const IDLE: DialogueState = { name: 'idle' };

export function readState(value: unknown): DialogueState {
  const parsed = dialogueState.safeParse(value);
  return parsed.success ? parsed.data : IDLE;
}

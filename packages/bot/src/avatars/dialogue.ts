import { AVATAR_KINDS, SUBJECTS } from '@aisha/db';
import { z } from 'zod';
import { dialogue } from '../chat/dialogue.ts';

/** A new avatar is asked for its kind, its name, whom it shows, and consent; then it takes photos. */
export const choosing = dialogue('avatar.kind', {});
/** Nothing is trained: it is drawn from its photos. */
const instant = z.boolean().optional();
export const naming = dialogue('avatar.name', { kind: z.enum(AVATAR_KINDS), instant });
export const describing = dialogue('avatar.subject', { avatarName: z.string(), instant });
export const consenting = dialogue('avatar.consent', {
  kind: z.enum(AVATAR_KINDS),
  avatarName: z.string(),
  subject: z.enum(SUBJECTS).nullable(),
  instant,
});
export const takingPhotos = dialogue('avatar.photos', { avatarId: z.uuid() });
/** Whom an avatar is to be shared with is asked for by name. */
export const sharing = dialogue('avatar.share', { avatarId: z.uuid() });
export const renaming = dialogue('avatar.rename', { avatarId: z.uuid() });

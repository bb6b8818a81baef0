import type { FalConfig } from '@aisha/config';
import type { Subject } from '@aisha/db';
import type { Trainer } from '../fal/models/trainer.ts';
import type { Avatar } from './avatars.ts';

/** How the person is called in prompts; makes a rare trigger word mean a human being to the model. */
export function personWord(subject: Subject): string {
  return subject === 'neutral' ? 'person' : subject;
}

/** A word that no model knows, so that it comes to mean this avatar alone. */
export function triggerFor(avatarId: string, trainer: Trainer, settings: FalConfig['legacy']): string {
  return trainer.trigger?.(settings) ?? `AISHA${avatarId.replaceAll('-', '').slice(0, 6).toUpperCase()}`;
}

/** What the house draws with a new avatar: plain, so that what it looks like is all that is seen. */
export const firstPrompt = ({ kind }: Pick<Avatar, 'kind'>): string =>
  kind === 'portrait'
    ? 'portrait, face to the camera, head and shoulders, soft daylight, plain background'
    : 'a quiet street with trees after the rain';

/** What all the photos of an avatar show. */
export function captionOf({ subject }: Pick<Avatar, 'subject'>, trigger: string): string {
  return subject ? `a photo of ${trigger} ${personWord(subject)}` : `in the style of ${trigger}`;
}

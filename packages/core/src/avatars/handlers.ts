import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import type { WorkerParts } from '../parts.ts';
import { checkPhoto, turnDown } from './photos.ts';
import { tidyAvatar } from './tidy.ts';

export const avatarHandlers = (parts: WorkerParts) =>
  ({
    'photo.check': {
      handle: ({ photoId }, run) => checkPhoto(parts, photoId, run),
      giveUp: ({ photoId }) => turnDown(parts, photoId, 'gone'),
    },
    'avatar.tidy': { handle: ({ avatarId }) => tidyAvatar(parts, avatarId), giveUp: nothingToEnd },
  }) satisfies Partial<JobHandlers>;

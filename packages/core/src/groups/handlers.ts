import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import type { WorkerParts } from '../parts.ts';
import { lookAtGroup } from './look.ts';

export const groupHandlers = (parts: WorkerParts) =>
  ({
    'group.look': {
      handle: async ({ chatId }, run) => void (await lookAtGroup(parts, chatId, run.signal)),
      giveUp: nothingToEnd,
    },
  }) satisfies Partial<JobHandlers>;

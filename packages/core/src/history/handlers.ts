import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import type { WorkerParts } from '../parts.ts';
import { indexRecording } from './index-recording.ts';

export const historyHandlers = (parts: WorkerParts) =>
  ({
    'history.index': { handle: (of) => indexRecording(parts, of), giveUp: nothingToEnd },
  }) satisfies Partial<JobHandlers>;

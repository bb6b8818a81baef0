import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import type { WorkerParts } from '../parts.ts';
import { retryByAlarm } from './alarms.ts';

/** Jobs that operators begin. */
export const operatorHandlers = (parts: WorkerParts) =>
  ({
    'orders.retry': {
      handle: (payload) => retryByAlarm(parts, payload),
      giveUp: nothingToEnd,
    },
  }) satisfies Partial<JobHandlers>;

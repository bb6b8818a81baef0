import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import { failOrder } from '../orders/orders.ts';
import type { FalParts } from './order.ts';
import { settleFalJob } from './settle.ts';
import { startFalOrder } from './start.ts';

export const falHandlers = (parts: FalParts) =>
  ({
    'order.start': {
      handle: ({ orderId }, run) => startFalOrder(parts, orderId, run),
      giveUp: ({ orderId }) => failOrder(parts, orderId, 'internal'),
    },
    'fal.settle': { handle: (payload, run) => settleFalJob(parts, payload, run), giveUp: nothingToEnd },
  }) satisfies Partial<JobHandlers>;

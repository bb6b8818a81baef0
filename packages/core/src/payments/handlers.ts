import { type JobHandlers, nothingToEnd } from '@aisha/queue';
import type { WorkerParts } from '../parts.ts';
import { settleRefund } from './refunds.ts';
import { settleSubscription } from './subscriptions.ts';

/** Neither is ever given up: the sweeper comes again until the provider has answered. */
export const paymentHandlers = (parts: WorkerParts) =>
  ({
    'payment.refund': {
      handle: ({ paymentId }, run) => settleRefund(parts, paymentId, run),
      giveUp: nothingToEnd,
    },
    'payment.subscription': {
      handle: ({ subscriptionId }, run) => settleSubscription(parts, subscriptionId, run),
      giveUp: nothingToEnd,
    },
  }) satisfies Partial<JobHandlers>;

import { sweepBroadcasts } from './broadcasts/sweep.ts';
import { sweepAvatars, sweepPhotos } from './avatars/sweep.ts';
import { sweepReminders } from './documents/reminders.ts';
import { sweepSlides } from './documents/slides.ts';
import { sweepFalJobs } from './fal/sweep.ts';
import { sweepDigests } from './history/digest.ts';
import { sweepIndex } from './history/sweep.ts';
import { sweepUpdates } from './inbox/sweep.ts';
import { sweepNotifications } from './notifications/sweep.ts';
import { sweepOrders } from './orders/sweep.ts';
import { sweepErasures } from './privacy/erasure.ts';
import { sweepExports } from './privacy/export.ts';
import { sweepPayments } from './payments/sweep.ts';
import type { DeciderParts } from './parts.ts';

export interface SweepOptions {
  /** Webhook mode: nobody else looks after the updates. */
  readonly updates: boolean;
  /** Of which foreign kinds of orders the log was told; the same set for each pass. */
  readonly told?: Set<string>;
}

/**
 * One pass over every unfinished row that is overdue: enqueues its job again. Between PostgreSQL and Redis there is
 * no transaction, so this is what makes "committed" mean "will be done", even if Redis is lost whole.
 * Returns how many rows it found.
 */
export async function sweep(parts: DeciderParts, options: SweepOptions): Promise<number> {
  const counts = await Promise.all([
    sweepOrders(parts, options.told ?? new Set()),
    sweepFalJobs(parts),
    sweepPhotos(parts),
    sweepAvatars(parts),
    sweepNotifications(parts),
    sweepPayments(parts),
    sweepErasures(parts),
    sweepExports(parts),
    sweepIndex(parts),
    sweepDigests(parts),
    sweepReminders(parts),
    sweepBroadcasts(parts),
    sweepSlides(parts),
    options.updates ? sweepUpdates(parts) : 0,
  ]);
  return counts.reduce((sum, n) => sum + n, 0);
}

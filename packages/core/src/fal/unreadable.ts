import { falJobs } from '@aisha/db';
import { and, eq, isNotNull, isNull, min, sql } from 'drizzle-orm';
import { type Alarm, alarmOperators } from '../notifications/notifications.ts';
import type { WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import type { FalJob } from './jobs.ts';

/** FAL's bad moments pass sooner; after this long somebody has to look. */
const ALARM_AFTER_MS = 120_000;

/**
 * What became of a request at FAL cannot be read. Nothing ends by it before its order's time; but operators hear of
 * it, once for an outage: whatever is unreadable together since the same moment is one.
 */
export async function noteUnreadable(parts: WorkerParts, job: FalJob, why: string): Promise<void> {
  const log = { falJobId: job.id, orderId: job.orderId, model: job.model, why };
  await transact(parts, async (unit) => {
    await unit.tx
      .update(falJobs)
      .set({ unreadableSince: sql`now()` })
      .where(and(eq(falJobs.id, job.id), isNull(falJobs.unreadableSince)));
    const [outage] = await unit.tx
      .select({ since: min(falJobs.unreadableSince) })
      .from(falJobs)
      .where(and(isNotNull(falJobs.unreadableSince), eq(falJobs.state, 'submitted')));
    const since = outage?.since?.getTime();
    if (since === undefined || Date.now() - since < ALARM_AFTER_MS) return;
    const { adminIds } = parts.config.telegram;
    const data: Alarm = { provider: 'fal', reason: `${job.model}: ${why}`, about: 'unreadable' };
    const first = await alarmOperators(unit, adminIds, `unreadable:fal:${since}`, data);
    if (first || adminIds.length === 0) parts.log.error('what became of requests at FAL cannot be read', log);
  });
}

export async function noteReadable(parts: Pick<WorkerParts, 'db'>, job: FalJob): Promise<void> {
  if (job.unreadableSince === null) return;
  await parts.db.update(falJobs).set({ unreadableSince: null }).where(eq(falJobs.id, job.id));
}

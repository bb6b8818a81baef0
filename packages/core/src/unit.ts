import type { Tx } from '@aisha/db';
import type { EnqueueOptions, JobName, JobPayload } from '@aisha/queue';
import type { DeciderParts } from './parts.ts';

/** One transaction, and the jobs that are enqueued once it is committed. */
export interface Unit {
  readonly tx: Tx;
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions): void;
}

/**
 * Runs `work` in a transaction and then enqueues its jobs. Between PostgreSQL and Redis there is no transaction:
 * if enqueuing fails, the rows' next-check times make the sweeper do it.
 */
export async function transact<T>(parts: DeciderParts, work: (unit: Unit) => Promise<T>): Promise<T> {
  const jobs: (() => Promise<unknown>)[] = [];
  const result = await parts.db.transaction((tx) =>
    work({
      tx,
      enqueue: (name, payload, options) => {
        jobs.push(() => parts.producer.enqueue(name, payload, options));
      },
    }),
  );
  const outcomes = await Promise.allSettled(jobs.map((enqueue) => enqueue()));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected')
      parts.log.warn('a job was not enqueued; the sweeper will', { error: outcome.reason });
  return result;
}

import type { OrderKind, OrderState, Tx } from '@aisha/db';
import type { EnqueueOptions, JobName, JobPayload } from '@aisha/queue';
import type { DeciderParts } from './parts.ts';

/** One transaction, and what is done once it is committed. */
export interface Unit {
  readonly tx: Tx;
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions): void;
  /** Counted only if it really happened. */
  countOrder(kind: OrderKind, state: OrderState): void;
}

/**
 * Runs `work` in a transaction and then enqueues its jobs. Between PostgreSQL and Redis there is no transaction:
 * if enqueuing fails, the rows' next-check times make the sweeper do it.
 */
export async function transact<T>(parts: DeciderParts, work: (unit: Unit) => Promise<T>): Promise<T> {
  const jobs: (() => Promise<unknown>)[] = [];
  const counted: { kind: OrderKind; state: OrderState }[] = [];
  const result = await parts.db.transaction((tx) =>
    work({
      tx,
      enqueue: (name, payload, options) => {
        jobs.push(() => parts.producer.enqueue(name, payload, options));
      },
      countOrder: (kind, state) => counted.push({ kind, state }),
    }),
  );
  for (const labels of counted) parts.metrics?.orders.inc(labels);
  const outcomes = await Promise.allSettled(jobs.map((enqueue) => enqueue()));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected')
      parts.log.warn('a job was not enqueued; the sweeper will', { error: outcome.reason });
  return result;
}

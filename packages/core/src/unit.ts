import type { FailureReason, OrderKind, OrderState, Tx } from '@aisha/db';
import type { EnqueueOptions, JobName, JobPayload } from '@aisha/queue';
import type { DeciderParts } from './parts.ts';

/** One transaction, and what is done once it is committed. */
export interface Unit {
  readonly tx: Tx;
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions): void;
  /** An order entered a state: counted and logged, only if it really happened. */
  noteOrder(order: NotedOrder): void;
  /** FAL billed something: counted, only if it is really kept. */
  noteCost(cost: { readonly model: string; readonly usd: number }): void;
}

interface NotedOrder {
  readonly id: string;
  readonly ownerId: number;
  readonly kind: OrderKind;
  readonly state: OrderState;
  readonly failure: FailureReason | null;
}

/**
 * Runs `work` in a transaction and then enqueues its jobs. Between PostgreSQL and Redis there is no transaction:
 * if enqueuing fails, the rows' next-check times make the sweeper do it.
 */
export async function transact<T>(parts: DeciderParts, work: (unit: Unit) => Promise<T>): Promise<T> {
  const jobs: (() => Promise<unknown>)[] = [];
  const noted: NotedOrder[] = [];
  const costs: { model: string; usd: number }[] = [];
  const result = await parts.db.transaction((tx) =>
    work({
      tx,
      enqueue: (name, payload, options) => {
        jobs.push(() => parts.producer.enqueue(name, payload, options));
      },
      noteOrder: (order) => noted.push(order),
      noteCost: (cost) => costs.push(cost),
    }),
  );
  for (const { model, usd } of costs) parts.metrics?.providerCostUsd.inc({ provider: 'fal', model }, usd);
  for (const { id: orderId, ownerId, kind, state, failure } of noted) {
    parts.metrics?.orders.inc({ kind, state });
    // The first and the last line of what one user ordered, whatever processes worked on it between.
    parts.log.info(`order ${state}`, { orderId, kind, userId: ownerId, ...(failure && { failure }) });
  }
  const outcomes = await Promise.allSettled(jobs.map((enqueue) => enqueue()));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected')
      parts.log.warn('a job was not enqueued; the sweeper will', { error: outcome.reason });
  return result;
}

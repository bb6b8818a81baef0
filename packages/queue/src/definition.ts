import type { z } from 'zod';

/** What one kind of job is; everything that touches it (types, handlers, enqueueing, metrics) follows from this. */
export interface JobDefinition<Payload, Queue extends string = string> {
  readonly queue: Queue;
  /** Ids only. Parsed on the way in and on the way out; unknown fields are stripped; later fields are optional. */
  readonly schema: z.ZodType<Payload>;
  /** What the job is about: as long as a job with the same key is unfinished, a second one is not added. */
  readonly key: (payload: Payload) => readonly (string | number)[];
  /**
   * Enqueued again while it runs: `again` runs it once more afterwards (the running one may have looked before the
   * news came), `drop` does not (it says all there is to say in one run).
   */
  readonly whenActive: 'again' | 'drop';
  /** Enqueued without a delay while one waits for its time: `hasten` lets that one run now, `keep` leaves it. */
  readonly whenDelayed: 'hasten' | 'keep';
  /** Tries in all before the job is given up. */
  readonly attempts: number;
  /** The n-th retry waits `delayMs × 2^(n-1)`, less up to `jitter` (0…1) of it. */
  readonly backoff: { readonly delayMs: number; readonly jitter: number };
  /** After this the handler's signal aborts and the attempt counts as failed for a passing reason. */
  readonly timeLimitMs: number;
}

export interface QueueDefinition {
  /** Jobs that one worker process runs at once. */
  readonly concurrency: number;
  /** … and how many of these may be of one person (`by`): others find a place, however long each takes. */
  readonly mostOfOne: number;
  /** A worker that did not renew for this long has lost the job to another one. */
  readonly lockDurationMs: number;
  /** How often lost jobs are looked for; one is back after at most `lockDurationMs + stalledIntervalMs`. */
  readonly stalledIntervalMs: number;
  /** How often a job may lose its worker before it is given up as the likely cause. */
  readonly maxStalledCount: number;
}

export type Queues = Readonly<Record<string, QueueDefinition>>;

export type Catalog<P, Queue extends string = string> = {
  readonly [N in keyof P]: JobDefinition<P[N], Queue>;
};

/** Ties a definition's schema and key function together, so that the payload's type is inferred. */
export function job<Payload extends object, Queue extends string>(
  definition: JobDefinition<Payload, Queue>,
): JobDefinition<Payload, Queue> {
  return definition;
}

/** A catalogue whose jobs all name an existing queue. */
export function defineJobs<Q extends Queues, P extends object>(
  _queues: Q,
  jobs: Catalog<P, keyof Q & string>,
): Catalog<P, keyof Q & string> {
  return jobs;
}

/** True when the catalogue knows this job. */
export function isJobName<P>(catalog: Catalog<P>, name: string): name is keyof P & string {
  return Object.hasOwn(catalog, name);
}

/**
 * A deterministic key, safe as a part of BullMQ ids: no `:` (its separator), never digits only.
 * `fal.settle/1f…e2`
 */
export function keyOf<Payload>(
  name: string,
  definition: JobDefinition<Payload>,
  payload: Payload,
  attempt?: string,
): string {
  const parts = [name, ...definition.key(payload).map((part) => encodeURIComponent(part))];
  return attempt === undefined ? parts.join('/') : `${parts.join('/')}+${encodeURIComponent(attempt)}`;
}

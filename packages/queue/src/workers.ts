import type { RedisConfig } from '@aisha/config';
import type { Logger, Metrics } from '@aisha/service';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import { z } from 'zod';
import { setTimeout as wait } from 'node:timers/promises';
import { connectConsumer, KEY_PREFIX, type RedisConnection } from './connection.ts';
import type { Catalog, QueueDefinition, Queues } from './definition.ts';
import { createShares } from './shares.ts';
import { createRunner, LockLost, postponements, Stopping, type Handlers, type Runner } from './run-job.ts';

export interface WorkersOptions<P, Q extends string> {
  readonly redis: RedisConfig;
  readonly handlers: Handlers<P>;
  /** Take jobs of these queues only; all unless told. */
  readonly only?: readonly Q[];
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'jobSeconds' | 'jobWaitSeconds'>;
  /** How long a handler may take to end after its signal aborted. */
  readonly abortGraceMs?: number;
}

export interface Workers<Q extends string = string> {
  /**
   * Takes nothing new, waits for what runs until the deadline, then aborts its signals and returns the jobs to the
   * queue. Resolves true when every job ended or went back; otherwise their locks run out and others take them.
   */
  close(deadlineMs: number): Promise<boolean>;
  /** False when the loop of some queue has ended although nobody stopped it. */
  isRunning(): boolean;
  readonly queues: readonly Q[];
  /** Jobs running now. */
  active(queue: Q): number;
  /** Jobs started since the process began: what grows as long as a queue is taken care of. */
  started(queue: Q): number;
}

/** How long returning the jobs to Redis may take after the handlers ended. */
const RETURN_TIME_MS = 1_000;

interface Served {
  readonly worker: Worker;
  readonly definition: QueueDefinition;
  active: number;
  started: number;
}

/** The only place that makes BullMQ workers. */
export function startWorkersFor<P, Q extends Queues>(
  queues: Q,
  catalog: Catalog<P, keyof Q & string>,
  options: WorkersOptions<P, keyof Q & string>,
): Workers<keyof Q & string> {
  type Name = keyof Q & string;
  const { log } = options;
  const abortGraceMs = options.abortGraceMs ?? 2_000;
  const connection = connectConsumer(options.redis, log);
  const runner = createRunner<P>({ ...options, catalog, abortGraceMs });
  const served = new Map<Name, Served>();
  let closing: Promise<boolean> | null = null;

  function serve(queue: Name, definition: QueueDefinition): Served {
    const shares = createShares(definition.mostOfOne);
    const worker = new Worker(
      queue,
      async (job, token) => {
        // Fetched in the moment in which stopping began.
        if (closing !== null) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        const { by } = whose.parse(job.data);
        if (by !== null) await postponeUnless(shares.take(by), job, token);
        state.active += 1;
        state.started += 1;
        try {
          await runner.run(job, token ?? '');
        } finally {
          state.active -= 1;
          if (by !== null) shares.release(by);
        }
      },
      workerOptions(connection, definition),
    );
    const state: Served = { worker, definition, active: 0, started: 0 };
    report(worker, runner, log.child({ queue }));
    return state;
  }

  const wanted: readonly Name[] = options.only ?? Object.keys(queues);
  for (const queue of new Set(wanted)) {
    const definition = queues[queue];
    if (definition === undefined) throw new Error(`there is no queue ${queue}`);
    served.set(queue, serve(queue, definition));
  }
  const all = [...served.values()];

  async function closeAll(deadlineMs: number): Promise<boolean> {
    const closed = Promise.allSettled(all.map(({ worker }) => worker.close())).then(() => true);
    const reserve = abortGraceMs + RETURN_TIME_MS;
    let clean = await before(closed, Math.max(0, deadlineMs - reserve));
    if (!clean) {
      log.info('returning unfinished jobs to their queues', { jobs: sum(all) });
      runner.abort(new Stopping('the process stops'));
      clean = await before(closed, reserve);
    }
    // Redis may be away: then its connections would wait for it and keep the process.
    if (!clean)
      await before(Promise.allSettled(all.map(({ worker }) => worker.disconnect())), RETURN_TIME_MS);
    connection.disconnect();
    return clean && sum(all) === 0;
  }

  return {
    queues: [...served.keys()],
    close: (deadlineMs) => {
      closing ??= closeAll(deadlineMs);
      return closing;
    },
    isRunning: () => closing !== null || all.every(({ worker }) => worker.isRunning()),
    active: (queue) => served.get(queue)?.active ?? 0,
    started: (queue) => served.get(queue)?.started ?? 0,
  };
}

/** What the producer adds to a payload. */
const whose = z.object({ by: z.number().nullable().catch(null) }).catch({ by: null });

/** Back into the queue for so long, when its person has no place now. */
async function postponeUnless(waitMs: number, job: Job, token: string | undefined): Promise<void> {
  if (waitMs === 0) return;
  await job.updateData({ ...job.data, postponed: postponements(job) + 1 });
  await job.moveToDelayed(Date.now() + waitMs, token);
  throw new DelayedError();
}

function workerOptions(connection: RedisConnection, definition: QueueDefinition) {
  return {
    connection,
    prefix: KEY_PREFIX,
    concurrency: definition.concurrency,
    lockDuration: definition.lockDurationMs,
    stalledInterval: definition.stalledIntervalMs,
    maxStalledCount: definition.maxStalledCount,
    // BullMQ's 15 s would be the time that work stands still after each restart of Redis.
    runRetryDelay: 500,
  };
}

function report(worker: Worker, runner: Runner, log: Logger): void {
  // The connection reports its own state; what remains here are scripts that Redis refused.
  worker.on('error', (error) => log.debug('worker', { error }));
  worker.on('stalled', (jobId) => log.warn('a job lost its worker and is taken up again', { jobId }));
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) runner.abort(new LockLost('the lock of the job is gone'), jobId);
  });
  worker.on('failed', (job, error) => {
    // Everything else was told by the runner, while the job was still its own.
    if (job?.deferredFailure !== undefined) void runner.exhausted(job, error);
  });
}

function sum(served: readonly Served[]): number {
  return served.reduce((total, one) => total + one.active, 0);
}

/** True when the promise came first. */
async function before(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const late = new AbortController();
  try {
    const timer = wait(milliseconds, false, { signal: late.signal });
    return await Promise.race([promise.then(() => true), timer]);
  } finally {
    late.abort();
  }
}

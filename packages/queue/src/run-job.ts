import { createRedactor, errorLine, untilAborted, type Logger, type Metrics } from '@aisha/service';
import { DelayedError, UnrecoverableError, WaitingError, type Job } from 'bullmq';
import { z } from 'zod';
import { isJobName, type Catalog } from './definition.ts';
import { judgeFailure, type Verdict } from './failure.ts';

export interface JobContext {
  /** Aborts when the time limit is over, the process stops, or another worker has taken the job. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** 1 for the first. */
  readonly attempt: number;
  /** If this one fails, the job is given up. */
  readonly lastAttempt: boolean;
  readonly jobId: string;
}

/** What one job does, and beside it what ends when it is given up. */
export interface Handler<Payload> {
  readonly handle: (payload: Payload, context: JobContext) => Promise<void>;
  /** Called once: for a user's fault, a bug, or after its last attempt. Its row must come to a final state here. */
  readonly giveUp: (payload: Payload, error: unknown) => Promise<void>;
}

/** For every job of the catalogue: one that is missing does not compile. */
export type Handlers<P> = { readonly [N in keyof P]: Handler<P[N]> };

/** Nobody waits for this job itself: the sweeper takes up what it shows or tidies, and what it looks at has a deadline. */
export const nothingToEnd = async (): Promise<void> => undefined;

/** Reason of a signal when the process stops: the job goes back to the queue as if it had not been started. */
export class Stopping extends Error {
  override readonly name = 'AbortError';
}

/** Reason of a signal when the job's lock is gone: somebody else runs it, and whatever we report is refused. */
export class LockLost extends Error {
  override readonly name = 'AbortError';
}

export interface RunnerOptions<P> {
  readonly catalog: Catalog<P>;
  readonly handlers: Handlers<P>;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'jobSeconds' | 'jobWaitSeconds'>;
  /** How long a handler may take to come to an end once its signal has aborted. */
  readonly abortGraceMs: number;
}

/** One place where a job is parsed, timed, limited, and its outcome told to BullMQ. */
export interface Runner {
  run(job: Job, token: string): Promise<void>;
  /** For a job that BullMQ gave up by itself, having lost its worker too often. */
  exhausted(job: Job, error: Error): Promise<void>;
  /** Aborts one job, or all. */
  abort(reason: Error, jobId?: string): void;
}

const counted = z.object({ postponed: z.number() });

/** How often it was taken up and put back because its person had no place. */
export const postponements = (job: Job): number => counted.safeParse(job.data).data?.postponed ?? 0;

/** A job of a newer release: it waits for a worker that knows it, ten minutes at most. */
const unknownJob = { delayMs: 30_000, maxStarts: 20 };

export function createRunner<P>(options: RunnerOptions<P>): Runner {
  const { catalog, handlers, metrics } = options;
  const running = new Map<string, AbortController>();

  async function runKnown(name: keyof P & string, job: Job, token: string): Promise<void> {
    const definition = catalog[name];
    const jobId = job.id ?? '';
    const log = options.log.child({ job: name, jobId });
    const parsed = definition.schema.safeParse(job.data);
    if (!parsed.success) {
      log.error('payload does not fit its schema', {
        issues: parsed.error.issues.map(({ code, path }) => ({ code, path: path.join('.') })),
      });
      throw new UnrecoverableError(`payload of ${name} does not fit its schema`);
    }
    const payload = parsed.data;
    const attempt = job.attemptsMade + 1;
    const attempts = job.opts.attempts ?? definition.attempts;
    if (job.attemptsStarted - postponements(job) <= 1) observeWait(name, job);

    const controller = new AbortController();
    running.set(jobId, controller);
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(definition.timeLimitMs)]);
    const startedAt = performance.now();
    const observe = (outcome: 'completed' | 'failed' | 'retried') =>
      metrics.jobSeconds.observe({ job: name, outcome }, (performance.now() - startedAt) / 1000);
    try {
      const lastAttempt = attempt >= attempts;
      const work = handlers[name].handle(payload, { signal, log, attempt, lastAttempt, jobId });
      await settleOrLeave(work, signal, options.abortGraceMs);
      observe('completed');
      log.debug('job done', { ms: Math.round(performance.now() - startedAt), attempt });
    } catch (error) {
      const reason: unknown = signal.reason;
      if (reason instanceof Stopping) {
        await job.moveToWait(token);
        log.info('job returned to the queue: stopping');
        throw new WaitingError();
      }
      if (reason instanceof LockLost) {
        log.warn('job was taken over by another worker', { error });
        throw new UnrecoverableError('taken over');
      }
      const verdict = judgeFailure(error, {
        attempt,
        attempts,
        starts: job.attemptsStarted - postponements(job),
      });
      observe(verdict.kind === 'give-up' ? 'failed' : 'retried');
      logFailure(log, verdict, error, attempt, attempts);
      if (verdict.kind === 'postpone') {
        await job.moveToDelayed(Date.now() + verdict.delayMs, token);
        throw new DelayedError();
      }
      if (verdict.kind === 'retry') throw describe(error);
      await giveUp(name, payload, error, log);
      throw new UnrecoverableError(describe(error).message);
    } finally {
      running.delete(jobId);
    }
  }

  function observeWait(name: string, job: Job): void {
    const due = job.timestamp + (job.opts.delay ?? 0);
    metrics.jobWaitSeconds.observe({ job: name }, Math.max(0, (job.processedOn ?? Date.now()) - due) / 1000);
  }

  /** Its failure must not hide the job's; the row's next-check time sees to what it would have done. */
  async function giveUp<N extends keyof P & string>(
    name: N,
    payload: P[N],
    error: unknown,
    log: Logger,
  ): Promise<void> {
    try {
      await handlers[name].giveUp(payload, error);
    } catch (failure) {
      log.error('could not act on a given-up job', { error: failure });
    }
  }

  async function exhaustedKnown(name: keyof P & string, job: Job, error: Error): Promise<void> {
    const log = options.log.child({ job: name, jobId: job.id });
    log.error('job given up: it lost its worker too often', { error });
    const parsed = catalog[name].schema.safeParse(job.data);
    if (parsed.success) await giveUp(name, parsed.data, error, log);
  }

  async function postponeUnknown(job: Job, token: string): Promise<never> {
    options.log.warn('unknown job', { job: job.name, jobId: job.id, starts: job.attemptsStarted });
    if (job.attemptsStarted > unknownJob.maxStarts) throw new UnrecoverableError(`unknown job ${job.name}`);
    await job.moveToDelayed(Date.now() + unknownJob.delayMs, token);
    throw new DelayedError();
  }

  return {
    run: async (job, token) => {
      if (isJobName(catalog, job.name)) await runKnown(job.name, job, token);
      else await postponeUnknown(job, token);
    },
    exhausted: async (job, error) => {
      if (isJobName(catalog, job.name)) await exhaustedKnown(job.name, job, error);
    },
    abort: (reason, jobId) => {
      if (jobId !== undefined) running.get(jobId)?.abort(reason);
      else for (const controller of running.values()) controller.abort(reason);
    },
  };
}

function logFailure(log: Logger, verdict: Verdict, error: unknown, attempt: number, attempts: number): void {
  switch (verdict.kind) {
    case 'postpone':
      return log.info('job postponed', { delayMs: verdict.delayMs, error });
    case 'retry':
      return log.warn('job failed, will be tried again', { attempt, attempts, error });
    case 'give-up':
      return log.error('job given up', { attempt, attempts, error });
  }
}

/** Waits for the handler; once the signal has aborted, only so much longer, then the attempt fails with its reason. */
async function settleOrLeave(work: Promise<void>, signal: AbortSignal, graceMs: number): Promise<void> {
  const left = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const startGrace = () => {
    timer = setTimeout(() => left.abort(signal.reason), graceMs);
  };
  if (signal.aborted) startGrace();
  else signal.addEventListener('abort', startGrace, { once: true });
  try {
    await untilAborted(work, left.signal);
  } finally {
    signal.removeEventListener('abort', startGrace);
    clearTimeout(timer);
  }
}

/** Our own messages may quote an address with a token in it. */
const redact = createRedactor([]);

/** What BullMQ stores with a failed job is shown on the queue board. */
function describe(error: unknown): Error {
  return new Error(redact(errorLine(error)));
}

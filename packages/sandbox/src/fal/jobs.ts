import { EventEmitter } from 'node:events';
import type { JobFault, WebhookFault } from './faults.ts';
import { platformError, type Outcome } from './outcome.ts';
import type { FalSettings } from './settings.ts';

export interface LogLine {
  message: string;
  level: 'STDERR' | 'STDOUT' | 'ERROR' | 'INFO' | 'WARN' | 'DEBUG';
  source: 'USER';
  timestamp: string;
}

/** Plain data, so that it can be written down and taken up again after a restart. */
export interface Job {
  requestId: string;
  gatewayRequestId: string;
  model: string;
  app: string;
  input: unknown;
  inputDigest: string;
  priority: 'normal' | 'low';
  webhookUrl: string | null;
  /** Called directly on fal.run: not in the queue and not found by its id. */
  direct: boolean;
  createdAt: number;
  readyAt: number;
  startTimeoutSeconds: number | null;
  fileLifetimeSeconds: number | null;
  startedAt: number | null;
  completedAt: number | null;
  cancelRequested: boolean;
  expired: boolean;
  removed: boolean;
  logs: LogLine[];
  outcome: Outcome | null;
  webhookDone: boolean;
  faults: JobFault[];
  webhookFaults: WebhookFault[];
}

export type JobState = 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED';

export function jobState(job: Job): JobState {
  if (job.completedAt !== null) return 'COMPLETED';
  return job.startedAt === null ? 'IN_QUEUE' : 'IN_PROGRESS';
}

/** Strangers in front of a fresh job, so that a position falls even for a lonely caller. */
const STRANGERS = 3;

interface BoardParts {
  settings: () => FalSettings;
  run: (job: Job, signal: AbortSignal, changed: () => void) => Promise<Outcome>;
  /** Called at every step that must survive a restart. */
  keep: (job: Job) => void;
}

/** Every job, in the order of submission, and the account's few places where they run. */
export class JobBoard {
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, { controller: AbortController; ended: Promise<void> }>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #parts: BoardParts;
  #closed = false;

  constructor(parts: BoardParts) {
    this.#parts = parts;
  }

  all(): Job[] {
    return [...this.#jobs.values()];
  }

  /** A queued job by its id; neither direct calls nor those removed by a cancel. */
  find(requestId: string): Job | null {
    const job = this.#jobs.get(requestId);
    return job === undefined || job.direct || job.removed ? null : job;
  }

  waiting(): Job[] {
    const queued = this.all().filter((job) => jobState(job) === 'IN_QUEUE' && !job.direct);
    return queued.toSorted((a, b) => Number(a.priority === 'low') - Number(b.priority === 'low'));
  }

  busy(): boolean {
    return this.#running.size >= this.#parts.settings().concurrency;
  }

  position(job: Job): number {
    const own = this.waiting().indexOf(job);
    const wait = job.readyAt - job.createdAt;
    const left = wait <= 0 ? 0 : Math.max(0, (job.readyAt - Date.now()) / wait);
    return Math.max(0, own) + Math.ceil(STRANGERS * left);
  }

  onChange(listener: (job: Job) => void): () => void {
    this.#events.on('change', listener);
    return () => this.#events.off('change', listener);
  }

  /** Resolves when the job is over; at once if it is. */
  completed(job: Job): Promise<void> {
    return new Promise((resolve) => {
      if (job.completedAt !== null) return resolve();
      const off = this.onChange((changed) => {
        if (changed !== job || job.completedAt === null) return;
        off();
        resolve();
      });
    });
  }

  add(job: Job): void {
    this.#jobs.set(job.requestId, job);
    this.#parts.keep(job);
    if (job.completedAt !== null) return;
    if (job.direct) return this.start(job);
    if (job.startTimeoutSeconds !== null) {
      this.#later(job.startTimeoutSeconds * 1000, () => this.#refuseLateStart(job));
    }
    this.#wakeFor(job);
  }

  /** Runs a job at once, whatever the queue looks like. */
  start(job: Job): void {
    if (jobState(job) !== 'IN_QUEUE' || this.#closed) return;
    const controller = new AbortController();
    job.startedAt = Date.now();
    this.#running.set(job.requestId, { controller, ended: this.#run(job, controller.signal) });
    this.#changed(job);
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    const outcome = await this.#parts.run(job, signal, () => this.#changed(job));
    this.#running.delete(job.requestId);
    // A closing process leaves the job as it is: it will be taken up again.
    if (!this.#closed) this.finish(job, outcome);
    // A job that was ended from outside kept its place until now.
    this.#pump();
  }

  finish(job: Job, outcome: Outcome): void {
    if (job.completedAt !== null) return;
    job.outcome = outcome;
    job.completedAt = Date.now();
    if (job.faults.some((fault) => fault.kind === 'expired')) job.expired = true;
    this.#parts.keep(job);
    this.#changed(job);
  }

  cancel(job: Job): void {
    if (job.completedAt !== null) return;
    job.cancelRequested = true;
    const settings = this.#parts.settings();
    if (jobState(job) === 'IN_QUEUE') {
      job.removed = settings.cancelQueued === 'removed';
      if (job.removed) job.webhookDone = true;
      this.finish(job, cancelledOutcome());
    } else if (settings.cancelRunning === 'stops') {
      this.#running.get(job.requestId)?.controller.abort();
    }
  }

  forget(): void {
    for (const { controller } of this.#running.values()) controller.abort();
    for (const job of this.all()) {
      job.removed = true;
      if (jobState(job) !== 'COMPLETED') this.finish(job, cancelledOutcome());
    }
    this.#jobs.clear();
  }

  /** Resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort();
    await Promise.all(running.map(({ ended }) => ended));
    this.#events.removeAllListeners();
  }

  /** Timers may fire a millisecond early: whoever is not ready yet is woken again. */
  #wakeFor(job: Job): void {
    const left = job.readyAt - Date.now();
    if (left <= 0) this.#pump();
    else this.#later(left, () => this.#wakeFor(job));
  }

  #pump(): void {
    for (const job of this.waiting()) {
      if (this.#closed || this.busy()) return;
      if (job.readyAt <= Date.now()) this.start(job);
    }
  }

  #refuseLateStart(job: Job): void {
    if (jobState(job) !== 'IN_QUEUE') return;
    this.finish(
      job,
      platformError(504, 'request_timeout', 'Request timed out', {
        'x-fal-request-timeout-type': 'user',
      }),
    );
  }

  #changed(job: Job): void {
    this.#events.emit('change', job);
  }

  #later(milliseconds: number, work: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        work();
      },
      Math.max(0, milliseconds),
    );
    this.#timers.add(timer);
  }
}

export function cancelledOutcome(): Outcome {
  return platformError(499, 'client_cancelled', 'Request was cancelled by the client');
}

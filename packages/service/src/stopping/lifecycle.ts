import type { Logger } from '../logging/logger.ts';
import { untilAborted, withDeadline } from '../deadline.ts';
import type { ProgressWatch } from './progress.ts';

/** What a supervisor sees; `stuck` is apart so that restarts for lack of progress can be counted. */
export const exitCodes = { clean: 0, failed: 1, stuck: 70 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export type StopStep = (signal: AbortSignal) => Promise<void> | void;

export interface Lifecycle {
  /** Aborts the moment stopping begins: not ready, take nothing new. */
  readonly stopping: AbortSignal;
  /** Adds a step; steps run in the order they were added, one after the other, each with a deadline of its own. */
  onStop(name: string, step: StopStep, options?: { readonly deadlineMs?: number }): void;
  /** Ends the process when this watch finds no progress. */
  watch(progress: ProgressWatch): void;
  /** Runs the steps once, and ends the process if it is wired; a second call waits for the first. Never rejects. */
  stop(reason: string, code?: ExitCode): Promise<ExitCode>;
  /** Wires signals, crashes and watches. Only `main.ts` calls this. */
  run(host?: ProcessHost): void;
}

/** The part of `process` that a lifecycle needs. */
export interface ProcessHost {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  exit(code: number): void;
}

export interface LifecycleOptions {
  readonly log: Logger;
  /** For all steps together: shorter than the container's grace period, longer than the longest job's abort. */
  readonly deadlineMs: number;
}

interface NamedStep {
  readonly name: string;
  readonly step: StopStep;
  readonly deadlineMs: number;
}

export function createLifecycle({ log, deadlineMs }: LifecycleOptions): Lifecycle {
  const stopping = new AbortController();
  const steps: NamedStep[] = [];
  const watches: ProgressWatch[] = [];
  let ending: Promise<ExitCode> | null = null;
  let wired: ProcessHost | null = null;
  let ended: ExitCode | null = null;

  async function runSteps(reason: string, code: ExitCode): Promise<ExitCode> {
    const startedAt = performance.now();
    log.info('stopping', { reason });
    stopping.abort(new Error(`stopping: ${reason}`));
    const whole = AbortSignal.timeout(deadlineMs);
    let result = code;
    for (const step of steps) {
      if (!(await runStep(step, whole)) && result === exitCodes.clean) result = exitCodes.failed;
    }
    log.info('stopped', { reason, code: result, ms: Math.round(performance.now() - startedAt) });
    return result;
  }

  /** A step that fails or takes too long does not keep the next ones from running. */
  async function runStep({ name, step, deadlineMs: own }: NamedStep, whole: AbortSignal): Promise<boolean> {
    const startedAt = performance.now();
    const signal = withDeadline(whole, own);
    try {
      await untilAborted((async () => step(signal))(), signal);
      log.debug('stop step done', { step: name, ms: Math.round(performance.now() - startedAt) });
      return true;
    } catch (error) {
      log.error(signal.aborted ? 'stop step out of time' : 'stop step failed', { step: name, error });
      return false;
    }
  }

  function stop(reason: string, code: ExitCode = exitCodes.clean): Promise<ExitCode> {
    ending ??= runSteps(reason, code).then((result) => {
      ended = result;
      wired?.exit(result);
      return result;
    });
    return ending;
  }

  function run(host: ProcessHost = process): void {
    wired = host;
    // What stopped while it was still being built.
    if (ended !== null) host.exit(ended);
    for (const name of ['SIGTERM', 'SIGINT']) {
      host.on(name, () => {
        if (!stopping.signal.aborted) return void stop(name, exitCodes.clean);
        log.warn('second signal: leaving at once', { signal: name });
        host.exit(exitCodes.failed);
      });
    }
    for (const name of ['uncaughtException', 'unhandledRejection']) {
      host.on(name, (error) => {
        log.error(`${name}: stopping`, { error });
        void stop(name, exitCodes.failed);
      });
    }
    for (const progress of watches) follow(progress);
  }

  function follow(progress: ProgressWatch): void {
    const timer = setInterval(
      () => {
        if (stopping.signal.aborted || progress.observe() !== 'stuck') return;
        clearInterval(timer);
        log.error('no progress although there is work: leaving for a restart', {
          watch: progress.name,
          silentMs: Math.round(progress.silentMs),
        });
        void stop(`${progress.name} is stuck`, exitCodes.stuck);
      },
      Math.max(50, progress.maxSilenceMs / 10),
    );
    timer.unref();
  }

  return {
    stopping: stopping.signal,
    onStop: (name, step, options) => {
      steps.push({ name, step, deadlineMs: options?.deadlineMs ?? deadlineMs });
    },
    watch: (progress) => {
      watches.push(progress);
    },
    stop,
    run,
  };
}

/**
 * Liveness by progress: a process that has work and gets nothing done for too long is ended, so that its
 * supervisor starts a fresh one. Silence is summed over observations, each counted for at most `longestGapMs`,
 * so a process that was frozen (SIGSTOP, a suspended machine) is not punished for the time it did not have.
 */
export interface ProgressState {
  /** The progress counter at the last observation. */
  readonly count: number;
  /** How long there was work and no progress. */
  readonly silentMs: number;
  /** When this was observed, on a monotonic clock. */
  readonly at: number;
}

export interface ProgressObservation {
  readonly count: number;
  readonly busy: boolean;
  readonly at: number;
}

export interface ProgressLimits {
  readonly maxSilenceMs: number;
  readonly longestGapMs: number;
}

export type ProgressVerdict = 'idle' | 'progressing' | 'silent' | 'stuck';

/** One step of the watch; pure, so that it is tested without time. */
export function evaluateProgress(
  before: ProgressState,
  now: ProgressObservation,
  limits: ProgressLimits,
): { readonly state: ProgressState; readonly verdict: ProgressVerdict } {
  const fresh = { count: now.count, silentMs: 0, at: now.at };
  if (now.count !== before.count) return { state: fresh, verdict: 'progressing' };
  if (!now.busy) return { state: fresh, verdict: 'idle' };
  const elapsed = Math.min(Math.max(0, now.at - before.at), limits.longestGapMs);
  const state = { count: now.count, silentMs: before.silentMs + elapsed, at: now.at };
  return { state, verdict: state.silentMs > limits.maxSilenceMs ? 'stuck' : 'silent' };
}

export interface ProgressWatch {
  readonly name: string;
  readonly maxSilenceMs: number;
  /** Tell it that something got done. */
  progressed(): void;
  /** Looks now; called at intervals by the lifecycle. */
  observe(): ProgressVerdict;
  /** The last verdict, for `/health/live`. */
  readonly verdict: ProgressVerdict;
  readonly silentMs: number;
}

export interface ProgressWatchOptions {
  readonly name: string;
  /** Longer than the longest single piece of work may take without a sign of life. */
  readonly maxSilenceMs: number;
  /** True when progress is due: work waits or runs. */
  readonly isBusy: () => boolean;
  /** A counter that grows with progress, for work that is counted elsewhere; otherwise call `progressed`. */
  readonly count?: () => number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

export function createProgressWatch(options: ProgressWatchOptions): ProgressWatch {
  const now = options.now ?? (() => performance.now());
  const limits = { maxSilenceMs: options.maxSilenceMs, longestGapMs: options.maxSilenceMs / 4 };
  let told = 0;
  const count = () => told + (options.count?.() ?? 0);
  let state: ProgressState = { count: count(), silentMs: 0, at: now() };
  let verdict: ProgressVerdict = 'idle';
  return {
    name: options.name,
    maxSilenceMs: options.maxSilenceMs,
    progressed: () => {
      told += 1;
    },
    observe: () => {
      ({ state, verdict } = evaluateProgress(
        state,
        { count: count(), busy: options.isBusy(), at: now() },
        limits,
      ));
      return verdict;
    },
    get verdict() {
      return verdict;
    },
    get silentMs() {
      return state.silentMs;
    },
  };
}

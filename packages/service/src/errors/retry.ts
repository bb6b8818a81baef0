import { setTimeout as wait } from 'node:timers/promises';
import pRetry, { type RetryContext } from 'p-retry';
import { classifyError, retryAfterOf } from './classify.ts';

export interface RetryOptions {
  /** Tries in all, the first one included. */
  readonly attempts: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly signal?: AbortSignal;
  readonly onRetry?: (error: Error, attempt: number) => void;
}

/** Repeats what failed for a passing reason; only for calls whose repetition is harmless. */
export async function retryTransient<T>(
  call: (attempt: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const isWorthIt = async ({ error, attemptNumber, retriesLeft, retryDelay }: RetryContext) => {
    if (retriesLeft <= 0 || classifyError(error) !== 'transient') return false;
    const asked = retryAfterOf(error) ?? 0;
    // A wait that the other side asked for and that is longer than ours is not ours to shorten: the caller decides.
    if (asked > options.maxDelayMs) return false;
    options.onRetry?.(error, attemptNumber);
    if (asked > retryDelay) await wait(asked - retryDelay, undefined, signal);
    return true;
  };
  return await pRetry(call, {
    retries: options.attempts - 1,
    minTimeout: options.minDelayMs,
    maxTimeout: options.maxDelayMs,
    randomize: true,
    ...signal,
    shouldRetry: isWorthIt,
  });
}

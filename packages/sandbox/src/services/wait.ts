import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Said in the error when the time is up. */
  what: string;
  timeoutMs: number;
  intervalMs?: number;
  /** Ends the wait at once with its own error, for example because the process died. */
  abort?: () => Error | null;
}

/** Tries until `attempt` gives something other than null, and gives that back. Errors count as null; the last one is kept as the cause. */
export async function waitFor<T>(
  attempt: () => T | null | Promise<T | null>,
  options: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  let cause: unknown;
  for (;;) {
    const aborted = options.abort?.();
    if (aborted) throw aborted;
    try {
      const value = await attempt();
      if (value !== null) return value;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`${options.what}: not within ${options.timeoutMs / 1000} s`, { cause });
    }
    await delay(options.intervalMs ?? 50);
  }
}

import { setTimeout as wait } from 'node:timers/promises';

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** Polls a condition until it gives a value; tests wait for what they want to see, never for a time. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let trouble: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value) return value;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() > deadline) throw new TimeoutError(`${what} did not happen`, { cause: trouble });
    await wait(100);
  }
}

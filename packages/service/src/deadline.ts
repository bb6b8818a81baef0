/** The caller's signal, if any, and a deadline of our own: whichever comes first aborts. */
export function withDeadline(signal: AbortSignal | null | undefined, milliseconds: number): AbortSignal {
  const deadline = AbortSignal.timeout(milliseconds);
  return signal === null || signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}

/** Waits for the promise only until the signal aborts; then rejects with its reason. The work itself goes on. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    // If the signal won, nobody waits for the promise any more; its failure is not an unhandled one.
    promise.catch(() => undefined);
  }
}

import { setTimeout as wait } from 'node:timers/promises';

/** Tries again after 1, 2, 4 … 60 s, until it says that it is done or the signal aborts. */
export async function untilDone(signal: AbortSignal, attempt: () => Promise<boolean>): Promise<void> {
  for (let pauseMs = 1_000; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 60_000)) {
    if (await attempt()) return;
    await wait(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

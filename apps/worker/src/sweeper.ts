import { type DeciderParts, sweep } from '@aisha/core';
import { setTimeout as wait } from 'node:timers/promises';

/** How often overdue rows are looked for. A plain timer, not a job in Redis: an emptied Redis changes nothing. */
const EVERY_MS = 2_000;

/** Sweeps until the signal aborts. Several workers may: rows that one holds are left out by the others. */
export async function runSweeper(
  parts: DeciderParts,
  options: { readonly updates: boolean; readonly signal: AbortSignal },
): Promise<void> {
  while (!options.signal.aborted) {
    try {
      const found = await sweep(parts, options);
      if (found > 0) parts.log.debug('sweeper enqueued overdue work', { rows: found });
    } catch (error) {
      parts.log.warn('sweeping failed; again soon', { error });
    }
    // Apart from each other, so that many workers do not ask at the same moment.
    await wait(EVERY_MS * (0.75 + Math.random() / 2), undefined, { signal: options.signal }).catch(
      () => undefined,
    );
  }
}

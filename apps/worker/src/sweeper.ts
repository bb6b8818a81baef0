import {
  applyRetention,
  auditAndAlarm,
  pendingNotifications,
  readStatements,
  settleReferrals,
  sweep,
  watchBalance,
  watchSpending,
  type WorkerParts,
} from '@aisha/core';
import type { Metrics } from '@aisha/service';
import { setTimeout as wait } from 'node:timers/promises';

/** How often overdue rows are looked for. A plain timer, not a job in Redis: an emptied Redis changes nothing. */
const SWEEP_MS = 2_000;
/** How often the retention rules are applied. */
const RETENTION_MS = 60_000;
/** How often what was spent today is held against its cap, and what is left at the providers is asked for. */
const SPENDING_MS = 10_000;
const BALANCE_MS = 600_000;
/** How often the books are held against each other. */
const AUDIT_MS = 3_600_000;
/** How often it is looked whether somebody who was invited has paid for something. */
const REFERRALS_MS = 10_000;

export interface SweeperOptions {
  /** Webhook mode: the workers look after the updates too. */
  readonly updates: boolean;
  readonly metrics: Pick<Metrics, 'notificationsPending'>;
  readonly signal: AbortSignal;
}

/** All run until the signal aborts. Several workers may: rows that one holds are left out by the others. */
export async function runSweeper(parts: WorkerParts, options: SweeperOptions): Promise<void> {
  const told = new Set<string>();
  await Promise.all([
    repeat('sweeping', parts, SWEEP_MS, options.signal, async () => {
      const found = await sweep(parts, { ...options, told });
      if (found > 0) parts.log.debug('sweeper enqueued overdue work', { rows: found });
      options.metrics.notificationsPending.set(await pendingNotifications(parts));
    }),
    repeat('retention', parts, RETENTION_MS, options.signal, () => applyRetention(parts)),
    repeat('watching what is spent', parts, SPENDING_MS, options.signal, () => watchSpending(parts)),
    repeat('watching what is left', parts, BALANCE_MS, options.signal, () =>
      watchBalance(parts, options.signal),
    ),
    repeat('the audit of the books', parts, AUDIT_MS, options.signal, () => auditAndAlarm(parts)),
    repeat('settling the referrals', parts, REFERRALS_MS, options.signal, async () => {
      await settleReferrals(parts);
    }),
    repeat(
      'reading the statements',
      parts,
      parts.sales.statementSeconds * 1_000,
      options.signal,
      async () => {
        await readStatements(parts, options.signal);
      },
    ),
  ]);
}

async function repeat(
  what: string,
  parts: WorkerParts,
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    let pauseMs = everyMs;
    try {
      await work();
    } catch (error) {
      parts.log.warn(`${what} failed; again soon`, { error });
      pauseMs = Math.min(everyMs, RETENTION_MS);
    }
    // Apart from each other, so that many workers do not ask at the same moment.
    await wait(pauseMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
  }
}

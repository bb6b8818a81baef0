import { z } from 'zod';
import { defineJobs, job } from '../definition.ts';

/** A small catalogue with short times, for tests of the mechanism. */
export const testQueues = {
  quick: { concurrency: 4, mostOfOne: 2, lockDurationMs: 1_000, stalledIntervalMs: 400, maxStalledCount: 3 },
  other: { concurrency: 1, mostOfOne: 1, lockDurationMs: 1_000, stalledIntervalMs: 400, maxStalledCount: 3 },
} as const;

const backoff = { delayMs: 20, jitter: 0 };

export const testJobs = defineJobs(testQueues, {
  once: job({
    queue: 'quick',
    schema: z.object({ id: z.string(), note: z.string().optional() }),
    key: ({ id }) => [id],
    whenActive: 'drop',
    whenDelayed: 'keep',
    attempts: 3,
    backoff,
    timeLimitMs: 5_000,
  }),
  again: job({
    queue: 'quick',
    schema: z.object({ id: z.string() }),
    key: ({ id }) => [id],
    whenActive: 'again',
    whenDelayed: 'hasten',
    attempts: 3,
    backoff,
    timeLimitMs: 300,
  }),
  elsewhere: job({
    queue: 'other',
    schema: z.object({ id: z.string() }),
    key: ({ id }) => [id],
    whenActive: 'drop',
    whenDelayed: 'keep',
    attempts: 1,
    backoff,
    timeLimitMs: 5_000,
  }),
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFuzz } from './run.ts';
import { startTarget, type Target } from './target.ts';

const SEED = 20_261_121;
const REQUESTS = 5_000;
/** What a Node process may grow by when nothing leaks: pages of the heap that it has not given back yet. */
const GROWTH_MB = 60;

let target: Target;
beforeAll(async () => {
  target = await startTarget();
}, 120_000);
afterAll(() => target.stop());

test(`${REQUESTS} malformed or forged requests on every public route, seed ${SEED}`, async () => {
  const report = await runFuzz(target, { requests: REQUESTS, seed: SEED, rows: 4 });
  process.stdout.write(`\n${JSON.stringify(report, null, 2)}\n`);
  expect(report.crashes).toEqual([]);
  expect(report.valid.taken).toBe(report.valid.sent);
  expect(report.valid.sent).toBeGreaterThan(REQUESTS / 50);
  for (const { before, after } of report.memory) expect(after - before).toBeLessThan(GROWTH_MB);
}, 180_000);

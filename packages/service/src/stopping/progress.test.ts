import { describe, expect, test } from 'vitest';
import { createProgressWatch, evaluateProgress, type ProgressVerdict } from './progress.ts';

const limits = { maxSilenceMs: 1_000, longestGapMs: 250 };

/** Verdicts of a row of observations `[count, busy, at]`. */
function verdicts(...observations: [number, boolean, number][]): ProgressVerdict[] {
  let state = { count: 0, silentMs: 0, at: 0 };
  return observations.map(([count, busy, at]) => {
    const step = evaluateProgress(state, { count, busy, at }, limits);
    state = step.state;
    return step.verdict;
  });
}

describe('progress', () => {
  test('is any growth of the counter, however slow', () => {
    expect(verdicts([1, true, 200], [1, true, 400], [2, true, 600], [2, true, 800])).toEqual([
      'progressing',
      'silent',
      'progressing',
      'silent',
    ]);
  });

  test('is missed after the whole silence, not before', () => {
    const steps = [200, 400, 600, 800, 1_000, 1_001].map((at): [number, boolean, number] => [0, true, at]);
    expect(verdicts(...steps)).toEqual(['silent', 'silent', 'silent', 'silent', 'silent', 'stuck']);
  });

  test('is not expected without work, and idle time does not count as silence', () => {
    expect(verdicts([0, false, 5_000], [0, true, 5_200], [0, false, 5_400], [0, true, 5_600])).toEqual([
      'idle',
      'silent',
      'idle',
      'silent',
    ]);
  });

  test('is not missed in the time that a frozen process did not have', () => {
    // Frozen for an hour between the first and the second look.
    expect(verdicts([0, true, 100], [0, true, 3_600_000], [1, true, 3_600_100])).toEqual([
      'silent',
      'silent',
      'progressing',
    ]);
  });

  test('nor when the clock seems to run backwards', () => {
    expect(verdicts([0, true, 100], [0, true, 50])).toEqual(['silent', 'silent']);
  });
});

test('a watch counts what it is told, or what is counted elsewhere', () => {
  let at = 0;
  let count = 0;
  const watch = createProgressWatch({
    name: 'poller',
    maxSilenceMs: 400,
    isBusy: () => true,
    count: () => count,
    now: () => at,
  });
  const look = (time: number) => {
    at = time;
    return watch.observe();
  };
  expect(look(100)).toBe('silent');
  watch.progressed();
  expect(look(200)).toBe('progressing');
  count += 1;
  expect(look(300)).toBe('progressing');
  expect([400, 500, 600, 700, 800].map(look)).toEqual(['silent', 'silent', 'silent', 'silent', 'stuck']);
  expect(watch.verdict).toBe('stuck');
  expect(watch.silentMs).toBe(500);
});

import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from './lock.ts';

const path = () => join(mkdtempSync(join(tmpdir(), 'aisha-lock-')), 'data.lock');

test('the second launcher learns where the first one is', () => {
  const file = path();
  const lock = takeLock(file);
  if (!('publish' in lock)) throw new Error('the first one must get it');
  expect(takeLock(file)).toEqual({ pid: process.pid, runningAt: null });
  lock.publish('Open http://127.0.0.1:1');
  expect(takeLock(file)).toEqual({ pid: process.pid, runningAt: 'Open http://127.0.0.1:1' });
  lock.release();
  expect(existsSync(file)).toBe(false);
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 4_000_000, startTicks: 1, url: null })],
  [
    'whose pid belongs to another process by now',
    JSON.stringify({ pid: process.pid, startTicks: 1, url: null }),
  ],
  ['that was cut off while it was written', '{"pid":'],
])('a lock %s counts for nothing', (_what, text) => {
  const file = path();
  writeFileSync(file, text);
  expect(takeLock(file)).toHaveProperty('publish');
});

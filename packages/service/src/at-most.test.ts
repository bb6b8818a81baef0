import { expect, test } from 'vitest';
import { atMost } from './at-most.ts';

test('so many run at once, in the order of their coming, and one that fails gives its place back', async () => {
  const gate = atMost(2);
  const started: number[] = [];
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const all = ends.map(({ promise }, n) =>
    gate(() => {
      started.push(n);
      return promise;
    }),
  );
  const settled = Promise.allSettled(all);
  await expect.poll(() => started).toEqual([0, 1]);
  ends[1]?.reject(new Error('broken'));
  await expect.poll(() => started).toEqual([0, 1, 2]);
  for (const [n, { resolve }] of ends.entries()) resolve(n);
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(started).toEqual([0, 1, 2, 3, 4]);
});

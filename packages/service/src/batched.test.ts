import { expect, test } from 'vitest';
import { batched } from './batched.ts';

const turn = () => new Promise(setImmediate);

test('what comes while a batch is under way goes together in the next', async () => {
  const batches: (readonly number[])[] = [];
  const gate = Promise.withResolvers<void>();
  const double = batched<number, number>(async (items) => {
    batches.push(items);
    await gate.promise;
    return items.map((item) => item * 2);
  });
  const first = double(1);
  await turn();
  const others = [double(2), double(3), double(4)];
  await turn();
  gate.resolve();
  expect(await first).toBe(2);
  expect(await Promise.all(others)).toEqual([4, 6, 8]);
  expect(batches).toEqual([[1], [2, 3, 4]]);
});

test('a batch has its most', async () => {
  const sizes: number[] = [];
  const same = batched<number, number>(
    async (items) => {
      sizes.push(items.length);
      return items;
    },
    { most: 2 },
  );
  expect(await Promise.all([1, 2, 3, 4, 5].map(same))).toEqual([1, 2, 3, 4, 5]);
  expect(sizes).toEqual([2, 2, 1]);
});

test('a batch that fails, or forgets one, fails all of its own and no other', async () => {
  const same = batched<string, string>(async (items) => {
    if (items.includes('bad')) throw new Error('a bug');
    return items.filter((item) => item !== 'lost');
  });
  const bad = await Promise.allSettled([same('bad'), same('good')]);
  expect(bad.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(same('lost')).rejects.toThrow('each item');
  expect(await same('good')).toBe('good');
});

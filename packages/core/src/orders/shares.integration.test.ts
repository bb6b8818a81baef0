import type { FairShares } from '@aisha/config';
import { orders } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { orderKinds } from '../order-kinds.ts';
import { startTestParts, type TestParts, WIDE_SHARES } from '../testing.ts';
import { transact } from '../unit.ts';
import { failOrder, type NewOrder, placeOrder } from './orders.ts';

const limits: FairShares = {
  ...WIDE_SHARES,
  person: { underWay: 4, perMinute: 8, perDay: 10 },
  fal: { underWay: 2, perMinute: 5, perDay: 6 },
  group: { underWay: 5, perMinute: 100, perDay: 100 },
};
const plain = {
  deadlineMinutes: 10,
  exclusive: false,
  price: () => ({ each: 0, units: 0 }),
  input: z.object({}),
  progressUnit: 'none' as const,
  forgets: 'nothing' as const,
  first: () => undefined,
};
const kinds = {
  ...orderKinds,
  talk: plain,
  image: { ...plain, share: 'fal' as const },
  one: { ...plain, exclusive: true },
};

let bench: TestParts;
let parts: TestParts['parts'];
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
  parts = { ...bench.parts, orderKinds: kinds, limits };
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.parts.db.execute('truncate users, notifications cascade');
  me = await bench.person();
});

const place = (kind: string, more: Partial<NewOrder> = {}) =>
  transact(parts, (unit) =>
    placeOrder(unit, { ownerId: me, chatId: me, kind, subjectId: null, input: {}, ...more }),
  );
const told = async (kind: string, more: Partial<NewOrder> = {}) => {
  const placed = await place(kind, more);
  return placed.kind === 'refused' ? placed.reason : placed.kind;
};
const endAll = async () => {
  for (const { id } of await parts.db.select().from(orders)) await failOrder(parts, id, 'internal');
};
const longAgo = (age: string) => parts.db.update(orders).set({ createdAt: sql`now() - ${age}::interval` });

describe('one person', () => {
  test('has so many orders under way and no more, until one ends', async () => {
    const placed = await Promise.all(Array.from({ length: 12 }, () => told('talk')));
    expect(placed.filter((one) => one === 'placed')).toHaveLength(4);
    expect(placed.filter((one) => one === 'too_many_under_way')).toHaveLength(8);
    expect(await parts.db.$count(orders)).toBe(4);
    await endAll();
    expect(await told('talk')).toBe('placed');
  });

  test('draws less at once than they order in all', async () => {
    expect([await told('image'), await told('image'), await told('image'), await told('talk')]).toEqual([
      'placed',
      'placed',
      'too_many_under_way',
      'placed',
    ]);
  });

  test('orders so many a minute and a day, whatever became of them', async () => {
    for (let n = 0; n < 8; n += 1) {
      expect(await told('talk')).toBe('placed');
      await endAll();
    }
    expect(await told('talk')).toBe('too_many_a_minute');
    await longAgo('2 minutes');
    expect([await told('talk'), await told('talk')]).toEqual(['placed', 'placed']);
    await longAgo('2 minutes');
    expect(await told('talk')).toBe('too_many_a_day');
    await longAgo('25 hours');
    await endAll();
    expect(await told('talk')).toBe('placed');
  });

  test('is not held to what a provider failed', async () => {
    for (let n = 0; n < 12; n += 1) {
      expect(await told('talk')).toBe('placed');
      for (const { id } of await parts.db.select().from(orders))
        await failOrder(parts, id, 'provider_account');
    }
  });

  test('does not hold up another, and the same button twice says that it is under way', async () => {
    const subjectId = 'aaaaaaaa-0000-4000-8000-000000000001';
    await place('one', { subjectId });
    for (let n = 0; n < 3; n += 1) await place('talk');
    expect(await told('one', { subjectId })).toBe('under-way');
    expect(await told('talk', { ownerId: await bench.person() })).toBe('placed');
  });

  test('who has few waiting is before who has many', async () => {
    for (let n = 0; n < 3; n += 1) await place('talk');
    const other = await bench.person();
    await place('talk', { ownerId: other, chatId: other });
    const turns = async (ownerId: number) =>
      (await parts.db.select().from(orders).where(eq(orders.ownerId, ownerId)).orderBy(orders.createdAt)).map(
        ({ turn }) => turn,
      );
    expect(await turns(me)).toEqual([0, 1, 2]);
    expect(await turns(other)).toEqual([0]);
  });
});

test('a group has its own share, whoever orders in it', async () => {
  const chatId = -100_1;
  for (let n = 0; n < 5; n += 1) {
    const ownerId = await bench.person();
    expect(await told('talk', { ownerId, chatId })).toBe('placed');
  }
  expect(await told('talk', { chatId })).toBe('too_many_under_way');
  expect(await told('talk')).toBe('placed');
});

import { notifications, orders } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type FalOrder, falOrder } from '../fal/order.ts';
import { startFalOrder } from '../fal/start.ts';
import { falOrders, orderKinds } from '../order-kinds.ts';
import { sweep } from '../sweeper.ts';
import { makeOrder, orderNow, startTestParts, type TestParts } from '../testing.ts';
import { type Order, transact, type Unit } from '../unit.ts';
import type { OrderDefinition } from './definition.ts';
import {
  acceptOrder,
  cancelOrder,
  failOrder,
  failOrderIn,
  type NewOrder,
  type Placed,
  placeOrder,
  startOrder,
  succeedOrder,
} from './orders.ts';

/** What was done to the subjects of songs, in its order. */
const heard: string[] = [];

/** A kind that only this test knows: a song about somebody. */
const song: OrderDefinition = {
  deadlineMinutes: 10,
  exclusive: true,
  price: () => ({ each: 0, units: 0 }),
  input: z.object({ verses: z.number() }),
  progressUnit: 'none',
  forgets: 'nothing',
  begun: async (_unit, { id }) => void heard.push(`begun ${id}`),
  first: (unit, { id }) => unit.enqueue('order.start', { orderId: id }),
  ended: async (_unit, { id, state }) => void heard.push(`${state} ${id}`),
};

let bench: TestParts;
let parts: TestParts['parts'];
let me: number;
const subjectId = 'aaaaaaaa-0000-4000-8000-000000000001';
beforeAll(async () => {
  bench = await startTestParts();
  parts = { ...bench.parts, orderKinds: { ...orderKinds, song } };
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.parts.db.execute('truncate users, notifications cascade');
  me = await bench.person();
  heard.length = 0;
  bench.enqueued.length = 0;
  bench.log.length = 0;
});

const inUnit = <T>(work: (unit: Unit) => Promise<T>) => transact(parts, work);
const place = (more: Partial<NewOrder> = {}) =>
  inUnit((unit) =>
    placeOrder(unit, {
      ownerId: me,
      chatId: me,
      kind: 'song',
      subjectId,
      input: { verses: 3, colour: 'red' },
      ...more,
    }),
  );
const accept = (id: string, by = me) => inUnit((unit) => acceptOrder(unit, by, id));
const cancel = (id: string, by = me) => inUnit((unit) => cancelOrder(unit, by, id));
const orderOf = (placed: Placed<string>): Order => {
  if (placed.kind !== 'placed') throw new Error(`not placed: ${placed.kind}`);
  return placed.order;
};
const jobs = () => bench.enqueued.map(({ name }) => name);
const told = (id: string) => bench.parts.db.$count(notifications, eq(notifications.key, `order:${id}:ended`));

describe('an order of any kind', () => {
  test('is placed with its input as its kind leaves it, begins once, and its first job is enqueued', async () => {
    const order = orderOf(await place());
    expect(order).toMatchObject({ state: 'queued', kind: 'song', input: { verses: 3 } });
    expect(order.deadlineAt.getTime() - order.createdAt.getTime()).toBe(10 * 60_000);
    expect(heard).toEqual([`begun ${order.id}`]);
    expect(bench.enqueued).toEqual([{ name: 'order.start', payload: { orderId: order.id } }]);
  });

  test('succeeds: its subject is left as it is, its owner is told once', async () => {
    const { id } = orderOf(await place());
    expect(await startOrder(parts, id)).toMatchObject({ state: 'running' });
    expect(await inUnit((unit) => succeedOrder(unit, id))).toBe(true);
    expect(await inUnit((unit) => succeedOrder(unit, id))).toBe(false);
    expect(await inUnit((unit) => failOrderIn(unit, id, 'timeout'))).toBe(false);
    expect(await orderNow(bench, id)).toMatchObject({ state: 'succeeded', failure: null });
    expect(heard).toEqual([`begun ${id}`]);
    expect(await told(id)).toBe(1);
  });

  test('fails: its kind hears of it, its owner is told why', async () => {
    const { id } = orderOf(await place());
    await failOrder(parts, id, 'timeout');
    await failOrder(parts, id, 'internal');
    expect(await orderNow(bench, id)).toMatchObject({ state: 'failed', failure: 'timeout' });
    expect(heard).toEqual([`begun ${id}`, `failed ${id}`]);
    expect(await told(id)).toBe(1);
  });

  test('is cancelled by its owner alone, who needs no message', async () => {
    const { id } = orderOf(await place());
    expect(await cancel(id, await bench.person())).toBeNull();
    expect(await cancel(id)).toMatchObject({ state: 'cancelled' });
    expect(heard).toEqual([`begun ${id}`, `cancelled ${id}`]);
    expect(await told(id)).toBe(0);
  });

  test('is one for its subject, however often it is pressed; once it has ended there may be another', async () => {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => place()));
    const placed = outcomes.filter(({ kind }) => kind === 'placed');
    expect(placed).toHaveLength(1);
    const { id } = orderOf(placed[0] ?? { kind: 'refused', reason: 'nothing was placed' });
    for (const outcome of outcomes) expect(outcome).toMatchObject({ order: { id } });
    await cancel(id);
    expect(await place()).toMatchObject({ kind: 'placed' });
  });

  test('that is overdue is begun again by the sweeper, and ended at its deadline', async () => {
    const { id } = orderOf(await place());
    const past = sql`now() - interval '1 second'`;
    await parts.db.update(orders).set({ nextCheckAt: past });
    bench.enqueued.length = 0;
    await sweep(parts, { updates: false });
    expect(jobs()).toEqual(['order.start']);
    await parts.db.update(orders).set({ nextCheckAt: past, deadlineAt: past });
    await sweep(parts, { updates: false });
    expect(await orderNow(bench, id)).toMatchObject({ state: 'failed', failure: 'timeout' });
  });

  test('with an input that its kind does not take is not placed', async () => {
    await expect(place({ input: { verses: 'many' } })).rejects.toThrow('verses');
    expect(await parts.db.$count(orders)).toBe(0);
  });

  test('whose work is FAL’s needs only its definition', async () => {
    const cover: FalOrder = falOrder({
      ...song,
      prepare: async () => ({ kind: 'refused', reason: 'content_policy' }),
      collect: () => Promise.reject(new Error('nothing to collect')),
    });
    parts = { ...parts, orderKinds: { ...parts.orderKinds, cover }, falOrders: { ...falOrders, cover } };
    const { id } = orderOf(await place({ kind: 'cover' }));
    await startFalOrder(parts, id, bench.run());
    expect(await orderNow(bench, id)).toMatchObject({ state: 'failed', failure: 'content_policy' });
    expect(heard).toEqual([`begun ${id}`, `failed ${id}`]);
  });
});

describe('a quote', () => {
  test('waits: nothing of it runs, whatever comes', async () => {
    const { id } = orderOf(await place({ quote: true }));
    await parts.db.update(orders).set({ nextCheckAt: sql`now() - interval '1 second'` });
    await sweep(parts, { updates: false });
    expect(await startOrder(parts, id)).toBeNull();
    expect(await orderNow(bench, id)).toMatchObject({ state: 'quoted', startedAt: null });
    expect(jobs()).toEqual([]);
    expect(heard).toEqual([]);
  });

  test('accepted by its owner runs from then on, with the whole time of its kind', async () => {
    const { id, deadlineAt } = orderOf(await place({ quote: true }));
    expect(await accept(id, await bench.person())).toEqual({ kind: 'refused', reason: 'gone' });
    const order = orderOf(await accept(id));
    expect(order.state).toBe('queued');
    expect(order.deadlineAt).not.toEqual(deadlineAt);
    expect(heard).toEqual([`begun ${id}`]);
    expect(jobs()).toEqual(['order.start']);
    expect(await startOrder(parts, id)).toMatchObject({ state: 'running' });
  });

  test('accepted many times at once begins once', async () => {
    const { id } = orderOf(await place({ quote: true }));
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => accept(id)));
    expect(outcomes.filter(({ kind }) => kind === 'placed')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'under-way')).toHaveLength(4);
    expect(heard).toEqual([`begun ${id}`]);
  });

  test('stands for its subject: ordered again, it is the same one', async () => {
    const { id } = orderOf(await place({ quote: true }));
    expect(await place()).toMatchObject({ kind: 'under-way', order: { id, state: 'quoted' } });
    expect(await place({ subjectId: 'aaaaaaaa-0000-4000-8000-000000000002' })).toMatchObject({
      kind: 'placed',
    });
  });

  test('that its owner cancels cannot be accepted any more', async () => {
    const { id } = orderOf(await place({ quote: true }));
    expect(await cancel(id)).toMatchObject({ state: 'cancelled' });
    expect(await accept(id)).toEqual({ kind: 'refused', reason: 'gone' });
  });

  test('whose time is over is gone, and is ended by the sweeper with its message', async () => {
    const { id } = orderOf(await place({ quote: true }));
    await parts.db.update(orders).set({ deadlineAt: sql`now() - interval '1 second'` });
    expect(await accept(id)).toEqual({ kind: 'refused', reason: 'gone' });
    expect(await sweep(parts, { updates: false })).toBe(1);
    expect(await orderNow(bench, id)).toMatchObject({ state: 'cancelled', startedAt: null });
    expect(bench.enqueued).toEqual([{ name: 'order.progress', payload: { orderId: id } }]);
    expect(await place()).toMatchObject({ kind: 'placed' });
  });
});

describe('an order of a newer release', () => {
  /** This process does not know songs. */
  const older = () => bench.parts;

  test('is left alone, overdue or past its deadline, quoted or not; the log says so once', async () => {
    const { id } = orderOf(await place());
    const quoted = orderOf(await place({ quote: true, subjectId: null }));
    const past = sql`now() - interval '1 minute'`;
    await parts.db.update(orders).set({ nextCheckAt: past, deadlineAt: past });
    const before = await orderNow(bench, id);
    bench.enqueued.length = 0;
    const knownToLog = new Set<string>();
    for (let pass = 0; pass < 3; pass += 1)
      expect(await sweep(older(), { updates: false, told: knownToLog })).toBe(0);
    expect(await orderNow(bench, id)).toEqual(before);
    expect(await orderNow(bench, quoted.id)).toMatchObject({ state: 'quoted' });
    expect(bench.enqueued).toEqual([]);
    expect(bench.log.filter(({ level }) => level === 'warn').map(({ fields }) => fields)).toEqual([
      { kind: 'song' },
    ]);
  });

  test('is neither placed, failed nor cancelled by a process that cannot do what that means', async () => {
    const { id } = orderOf(await place());
    await expect(failOrder(older(), id, 'internal')).rejects.toThrow('song');
    await expect(transact(older(), (unit) => cancelOrder(unit, me, id))).rejects.toThrow('song');
    expect(await orderNow(bench, id)).toMatchObject({ state: 'queued' });
  });

  test('holds up nobody else', async () => {
    await place();
    const mine = await makeOrder(bench, me);
    await parts.db.update(orders).set({ nextCheckAt: sql`now() - interval '1 second'` });
    bench.enqueued.length = 0;
    expect(await sweep(older(), { updates: false })).toBe(1);
    expect(bench.enqueued).toEqual([{ name: 'order.start', payload: { orderId: mine.id } }]);
  });
});

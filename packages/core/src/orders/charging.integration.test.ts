import { creditHolds, groupRules, ledgerEntries, orders } from '@aisha/db';
import { desc, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { accountOf } from '../credits/holds.ts';
import { postEntry } from '../credits/ledger.ts';
import { choosePayer, stopPaying } from '../groups/rules.ts';
import { refundOrder } from '../operators/credits.ts';
import { orderKinds } from '../order-kinds.ts';
import { sweep } from '../sweeper.ts';
import { FREE_OF_CHARGE, orderNow, startTestParts, type TestParts } from '../testing.ts';
import { transact, type Unit } from '../unit.ts';
import { auditBooks } from './audit.ts';
import type { OrderDefinition } from './definition.ts';
import {
  acceptOrder,
  cancelOrder,
  failOrderIn,
  type NewOrder,
  placeOrder,
  quoteOrder,
  startOrder,
  succeedOrder,
} from './orders.ts';

/** A kind that only this test knows: so many verses, seven credits each. */
const song: OrderDefinition = {
  deadlineMinutes: 10,
  exclusive: true,
  price: (input) => ({ each: 7, units: z.object({ verses: z.number() }).parse(input).verses }),
  input: z.object({ verses: z.number() }),
  progressUnit: 'none',
  forgets: 'nothing',
  first: () => undefined,
};

let bench: TestParts;
let parts: TestParts['parts'];
let me: number;
beforeAll(async () => {
  bench = await startTestParts({ prices: { ...FREE_OF_CHARGE, charged: true, welcome: 30 } });
  parts = { ...bench.parts, orderKinds: { ...orderKinds, song } };
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.parts.db.execute('truncate users, notifications cascade');
  me = await bench.person();
});

afterEach(async () => {
  const wrong = await auditBooks(bench.parts.db);
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
});

const inUnit = <T>(work: (unit: Unit) => Promise<T>) => transact(parts, work);
const place = (verses: number, more: Partial<NewOrder> = {}) =>
  inUnit((unit) =>
    placeOrder(unit, {
      ownerId: me,
      chatId: me,
      kind: 'song',
      subjectId: null,
      input: { verses },
      shown: verses * 7,
      ...more,
    }),
  );
async function placed(verses: number, more: Partial<NewOrder> = {}) {
  const outcome = await place(verses, more);
  if (outcome.kind !== 'placed') throw new Error(`not placed: ${JSON.stringify(outcome)}`);
  return outcome.order;
}
const account = () => accountOf(parts.db, me);
const entries = () =>
  parts.db
    .select({ amount: ledgerEntries.amount, reason: ledgerEntries.reason, left: ledgerEntries.balanceAfter })
    .from(ledgerEntries)
    .where(eq(ledgerEntries.userId, me))
    .orderBy(desc(ledgerEntries.id));

describe('an order that costs', () => {
  test('is held when it is placed, out of the welcome that everybody new is given once', async () => {
    const order = await placed(3);
    expect(order).toMatchObject({ unitPrice: 7, units: 3, delivered: null });
    expect(await account()).toEqual({ balance: 30, held: 21, available: 9 });
    await placed(1);
    expect(await account()).toEqual({ balance: 30, held: 28, available: 2 });
    expect(await entries()).toEqual([{ amount: 30, reason: 'welcome', left: 30 }]);
  });

  test('is charged what was delivered of it, once; the rest is free again', async () => {
    const { id } = await placed(4);
    const ends = await Promise.all([
      inUnit((unit) => succeedOrder(unit, id, 3)),
      inUnit((unit) => succeedOrder(unit, id, 3)),
      inUnit((unit) => failOrderIn(unit, id, 'timeout')).then(() => false),
    ]);
    const { state, delivered } = await orderNow(bench, id);
    expect([state, delivered]).toEqual(ends.includes(true) ? ['succeeded', 3] : ['failed', 0]);
    expect(await account()).toEqual({
      balance: 30 - 7 * (delivered ?? 0),
      held: 0,
      available: 30 - 7 * (delivered ?? 0),
    });
  });

  test('whose all was delivered costs its price, and never more', async () => {
    const { id } = await placed(2);
    await inUnit((unit) => succeedOrder(unit, id));
    const other = await placed(1);
    await inUnit((unit) => succeedOrder(unit, other.id, 12));
    expect(await entries()).toEqual([
      { amount: -7, reason: 'order', left: 9 },
      { amount: -14, reason: 'order', left: 16 },
      { amount: 30, reason: 'welcome', left: 30 },
    ]);
  });

  test.each(['failed', 'cancelled', 'late'] as const)('that is %s costs nothing', async (how) => {
    const { id } = await placed(4);
    if (how === 'failed') await inUnit((unit) => failOrderIn(unit, id, 'provider_down'));
    if (how === 'cancelled') await inUnit((unit) => cancelOrder(unit, me, id));
    if (how === 'late') {
      await parts.db
        .update(orders)
        .set({ deadlineAt: sql`now()`, nextCheckAt: sql`now() - interval '1 second'` });
      await sweep(parts, { updates: false });
    }
    expect(await orderNow(bench, id)).toMatchObject({ delivered: 0 });
    expect(await account()).toEqual({ balance: 30, held: 0, available: 30 });
    expect(await parts.db.select({ captured: creditHolds.captured }).from(creditHolds)).toEqual([
      { captured: 0 },
    ]);
  });

  test('is not placed beyond what there is, and says how much is missing', async () => {
    await placed(3);
    expect(await place(2)).toEqual({ kind: 'refused', reason: 'credits', price: 14, missing: 5 });
    expect(await parts.db.$count(orders)).toBe(1);
  });

  test.each([10, undefined])(
    'is only quoted at another price than the one that was shown: %s',
    async (shown) => {
      expect(await placed(2, { shown })).toMatchObject({ state: 'quoted', unitPrice: 7, units: 2 });
      expect(await account()).toMatchObject({ held: 0 });
    },
  );

  test('for the last credits is placed once, however many ask at once', async () => {
    const outcomes: Awaited<ReturnType<typeof place>>[] = [];
    // As many at once as there are connections: who waits for one of them in vain would say nothing of the credits.
    const askers = Array.from({ length: 16 }, async () => {
      for (let n = 0; n < 3; n += 1) outcomes.push(await place(4));
    });
    await Promise.all(askers);
    expect(outcomes.filter(({ kind }) => kind === 'placed')).toHaveLength(1);
    expect(await account()).toEqual({ balance: 30, held: 28, available: 2 });
  });

  test('is not beyond what one person may spend in a day; what came back does not count', async () => {
    const spent = { ...parts, limits: { ...parts.limits, creditsPerDay: { person: 21, group: 1_000 } } };
    const more = (verses: number) =>
      transact(spent, (unit) =>
        placeOrder(unit, {
          ownerId: me,
          chatId: me,
          kind: 'song',
          subjectId: null,
          input: { verses },
          shown: verses * 7,
        }),
      );
    const { id } = await placed(2);
    expect(await more(2)).toEqual({ kind: 'refused', reason: 'too_many_credits_a_day' });
    await inUnit((unit) => succeedOrder(unit, id, 1));
    expect(await more(2)).toMatchObject({ kind: 'placed' });
  });

  test('keeps what it holds from everything else that takes credits', async () => {
    await placed(4);
    const take = (amount: number) =>
      inUnit(({ tx }) =>
        postEntry(tx, { userId: me, amount: -amount, reason: 'promo_code', key: `take:${amount}` }),
      );
    await expect(take(3)).rejects.toThrow('held');
    await take(2);
    expect(await account()).toEqual({ balance: 28, held: 28, available: 0 });
  });

  test('costs nothing while credits are off', async () => {
    parts = { ...parts, prices: { ...parts.prices, charged: false } };
    const order = await placed(40, { shown: 0 });
    await inUnit((unit) => succeedOrder(unit, order.id, 40));
    expect(await orderNow(bench, order.id)).toMatchObject({ unitPrice: null, units: null, delivered: null });
    expect(await entries()).toEqual([]);
    parts = { ...parts, prices: { ...parts.prices, charged: true } };
  });
});

describe('a quote with a price', () => {
  test('holds when it is accepted, and stays when there is not enough', async () => {
    const { id } = await placed(5, { quote: true });
    expect(await account()).toMatchObject({ held: 0 });
    expect(await inUnit((unit) => acceptOrder(unit, me, id))).toMatchObject({
      reason: 'credits',
      missing: 5,
    });
    expect(await orderNow(bench, id)).toMatchObject({ state: 'quoted' });
    await inUnit(({ tx }) => postEntry(tx, { userId: me, amount: 10, reason: 'promo_code', key: 'ten' }));
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => inUnit((unit) => acceptOrder(unit, me, id))),
    );
    expect(outcomes.filter(({ kind }) => kind === 'placed')).toHaveLength(1);
    expect(await account()).toEqual({ balance: 40, held: 35, available: 5 });
    await inUnit((unit) => succeedOrder(unit, id, 2));
    expect(await account()).toEqual({ balance: 26, held: 0, available: 26 });
  });

  test('comes when an order shows what it costs only while it is worked on', async () => {
    const { id } = await placed(0);
    const order = await startOrder(parts, id);
    if (!order) throw new Error('not started');
    const know = (verses: number) => inUnit((unit) => quoteOrder(unit, order, { verses }));
    expect(await know(0)).toBe(false);
    expect(await know(2)).toBe(true);
    expect(await orderNow(bench, id)).toMatchObject({
      state: 'quoted',
      unitPrice: 7,
      units: 2,
      input: { verses: 2 },
    });
    expect(await startOrder(parts, id)).toBeNull();
    expect(await inUnit((unit) => acceptOrder(unit, me, id))).toMatchObject({ kind: 'placed' });
    expect(await startOrder(parts, id)).toMatchObject({ state: 'running' });
    // What was agreed on is not asked for again.
    expect(await know(9)).toBe(false);
    await inUnit((unit) => cancelOrder(unit, me, id));
    expect(await account()).toEqual({ balance: 30, held: 0, available: 30 });
  });
});

describe('in a group whose payer has agreed', () => {
  const GROUP = { chatId: -42, title: 'Команда' };
  let payer: number;
  const rule = (payerId: number | null) => inUnit((unit) => choosePayer(unit, GROUP, payerId));
  const there = (verses: number, more: Partial<NewOrder> = {}) =>
    place(verses, { chatId: GROUP.chatId, ...more });
  const of = (id: number) => accountOf(parts.db, id);
  beforeEach(async () => {
    payer = await bench.person();
    await bench.parts.db.insert(groupRules).values({ chatId: GROUP.chatId, administratorsAt: new Date() });
    await rule(payer);
  });
  afterEach(() => bench.parts.db.delete(groupRules));

  test('they are charged, by what was delivered, and whoever orders is not', async () => {
    const outcome = await there(3);
    if (outcome.kind !== 'placed') throw new Error(outcome.kind);
    expect(outcome.order).toMatchObject({ ownerId: me, payerId: payer });
    expect(await of(payer)).toEqual({ balance: 30, held: 21, available: 9 });
    expect(await account()).toEqual({ balance: 0, held: 0, available: 0 });
    // In private whoever orders pays, and so do all once the payer has stopped.
    await placed(1);
    expect(await inUnit((unit) => stopPaying(unit, payer, GROUP.chatId))).toBe(true);
    expect(await there(1)).toMatchObject({ order: { payerId: null } });
    expect(await account()).toEqual({ balance: 30, held: 14, available: 16 });
    // What was held before is theirs still.
    await inUnit((unit) => succeedOrder(unit, outcome.order.id, 2));
    expect(await of(payer)).toEqual({ balance: 16, held: 0, available: 16 });
    await inUnit((unit) => refundOrder(unit, 'cli', outcome.order.id, 'asked'));
    expect(await of(payer)).toMatchObject({ balance: 30 });
  });

  test('without enough, nothing is ordered, and nobody hears what they have', async () => {
    expect(await there(5)).toEqual({ kind: 'refused', reason: 'payer', price: 35 });
    parts = { ...parts, limits: { ...parts.limits, creditsPerDay: { person: 20, group: 1_000 } } };
    expect(await there(3)).toMatchObject({ reason: 'payer' });
    parts = { ...parts, limits: bench.parts.limits };
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => there(2)));
    expect(outcomes.filter(({ kind }) => kind === 'placed')).toHaveLength(2);
    expect(await of(payer)).toEqual({ balance: 30, held: 28, available: 2 });
  });

  test('a quote is accepted at the cost of whom it names', async () => {
    const outcome = await there(2, { quote: true });
    if (outcome.kind !== 'placed') throw new Error(outcome.kind);
    const { id } = outcome.order;
    await rule(null);
    const again = await inUnit((unit) => acceptOrder(unit, me, id));
    expect(again).toMatchObject({ kind: 'placed', order: { state: 'quoted', payerId: null } });
    expect(await of(me)).toMatchObject({ held: 0 });
    expect(await inUnit((unit) => acceptOrder(unit, me, id))).toMatchObject({ order: { state: 'queued' } });
    expect(await of(me)).toMatchObject({ held: 14 });
    expect(await of(payer)).toMatchObject({ held: 0 });
  });

  test('whether they still run it is asked when it was not for an hour', async () => {
    bench.enqueued.length = 0;
    await there(1);
    expect(bench.enqueued.map(({ name }) => name)).not.toContain('group.look');
    await bench.parts.db.update(groupRules).set({ administratorsAt: sql`now() - interval '2 hours'` });
    await there(1);
    expect(bench.enqueued).toContainEqual({ name: 'group.look', payload: { chatId: GROUP.chatId } });
  });
});

describe('the books', () => {
  const breach = async (change: string) => {
    await parts.db.execute(change);
    const wrongs = (await auditBooks(parts.db)).map(({ wrong }) => wrong);
    await parts.db.execute('truncate users cascade');
    return wrongs;
  };

  test('are held against each other: whatever was changed by hand is found', async () => {
    const done = async () => {
      await parts.db.execute('truncate users cascade');
      me = await bench.person();
      const { id } = await placed(2);
      await inUnit((unit) => succeedOrder(unit, id));
      await placed(1);
      await parts.db.execute(`update orders set ended_at = ended_at - interval '1 hour'`);
    };
    await done();
    expect(await breach('update credit_holds set amount = amount + 1 where settled_at is null')).toEqual([
      'a hold is not what its order was to cost',
    ]);
    await done();
    expect(await breach('delete from credit_holds where settled_at is null')).toEqual([
      'an order under way has a price and no hold',
    ]);
    await done();
    expect(await breach('update orders set delivered = 1 where ended_at is not null')).toEqual([
      'what was taken is not what was delivered',
    ]);
    await done();
    expect(await breach('delete from credit_holds where settled_at is not null')).toEqual([
      'what was taken is not what was delivered',
      'an order was charged without a hold',
    ]);
    await done();
    expect(await breach(`delete from ledger_entries where reason = 'order'`)).toEqual([
      'what was taken is not in the ledger',
    ]);
    await done();
    expect(await breach(`update orders set state = 'queued', ended_at = null, delivered = null`)).toEqual([
      'a hold was ended before its order',
    ]);
    await done();
    expect(
      await breach(`update credit_holds set captured = null, settled_at = null where settled_at is not null`),
    ).toEqual(expect.arrayContaining(['a hold of an order that has ended is still open']));
  });

  test('a hold that an older process left when it ended the order is released', async () => {
    const { id } = await placed(2);
    await parts.db.execute(
      `update orders set state = 'failed', ended_at = now() - interval '1 minute' where id = '${id}'`,
    );
    await sweep(parts, { updates: false });
    expect(await account()).toEqual({ balance: 30, held: 0, available: 30 });
  });
});

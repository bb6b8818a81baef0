import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountOf } from '../credits/holds.ts';
import { postEntry } from '../credits/ledger.ts';
import { auditBooks } from '../orders/audit.ts';
import { acceptOrder, failOrder, succeedOrder } from '../orders/orders.ts';
import { FREE_OF_CHARGE, makeOrder, orderNow, startTestParts, type TestParts } from '../testing.ts';
import { transact, type Unit } from '../unit.ts';
import { listActions } from './audit.ts';
import { adjustCredits, refundOrder } from './credits.ts';
import { failedOrders, retryOrder } from './orders.ts';
import { blockPerson, findPerson, personCard } from './people.ts';
import { createPromoCodeBy, stopPromoCodeBy } from './promo.ts';

const OPERATOR = 501;
const PICTURE = 5;
let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts({
    prices: { ...FREE_OF_CHARGE, charged: true, welcome: 30, image: PICTURE },
    adminIds: [OPERATOR],
  });
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});
afterEach(async () => {
  const wrong = await auditBooks(bench.parts.db);
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
});

const inUnit = <T>(work: (unit: Unit) => Promise<T>) => transact(bench.parts, work);
const account = () => accountOf(bench.parts.db, me);
const adjust = (amount: number, key: string, userId = me) =>
  inUnit((unit) => adjustCredits(unit, OPERATOR, { userId, amount, reason: 'a broken week', key }));
const actions = async () =>
  (await listActions(bench.parts.db, { userId: me, limit: 50 }))
    .toReversed()
    .map(({ operator, action, about, reason }) => ({ operator, action, about, reason }));
/** Pictures, ordered and agreed to. */
const draw = async (input: Parameters<typeof makeOrder>[2] = { count: 2 }) => {
  await adjust(100, `${me}:start`);
  const { id } = await makeOrder(bench, me, input);
  const accepted = await inUnit((unit) => acceptOrder(unit, me, id));
  if (accepted.kind !== 'placed') throw new Error(JSON.stringify(accepted));
  return accepted.order;
};

describe('credits by an operator', () => {
  test('are entered once, however often the same is asked at once, with who and why', async () => {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => adjust(40, `${me}:once`)));
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([...Array(4).fill('again'), 'entered']);
    expect(await adjust(-15, `${me}:back`)).toMatchObject({ kind: 'entered', entry: { balanceAfter: 25 } });
    expect(await actions()).toEqual([
      {
        operator: '501',
        action: 'credits.grant',
        about: { amount: 40, entry: expect.any(Number) },
        reason: 'a broken week',
      },
      expect.objectContaining({ action: 'credits.take' }),
    ]);
  });

  test('are not taken where open orders hold them, from nobody, or without end', async () => {
    await draw();
    const { available } = await account();
    expect(await adjust(-available - 1, `${me}:more`)).toEqual({
      kind: 'refused',
      reason: 'missing',
      available,
    });
    expect(await adjust(-available, `${me}:all`)).toMatchObject({ kind: 'entered' });
    expect(await account()).toMatchObject({ available: 0, held: 2 * PICTURE });
    expect(await adjust(1, `${me}:x`, 4_242_424_242)).toEqual({ kind: 'refused', reason: 'unknown' });
    for (const amount of [0, 0.5, 1_000_001, Number.NaN])
      expect(await adjust(amount, `${me}:x`)).toEqual({ kind: 'refused', reason: 'amount' });
    expect(await actions()).toHaveLength(2);
  });
});

describe('an order', () => {
  test('that delivered is given back once; one that cost nothing is not', async () => {
    const { id } = await draw();
    const before = await account();
    const refund = () => inUnit((unit) => refundOrder(unit, 'cli', id, 'not what was asked for'));
    expect(await refund()).toEqual({ kind: 'refused', reason: 'not_ended' });
    await inUnit((unit) => succeedOrder(unit, id, 1));
    const outcomes = await Promise.all([refund(), refund(), refund()]);
    expect(outcomes.filter(({ kind }) => kind === 'refunded')).toEqual([
      { kind: 'refunded', userId: me, credits: PICTURE },
    ]);
    expect(await account()).toEqual({ balance: before.balance, held: 0, available: before.balance });
    expect(await actions()).toContainEqual({
      operator: 'cli',
      action: 'order.refund',
      about: { orderId: id, credits: PICTURE },
      reason: 'not what was asked for',
    });
    const failed = await draw({ count: 1 });
    await failOrder(bench.parts, failed.id, 'provider_down');
    expect(await inUnit((unit) => refundOrder(unit, 'cli', failed.id, 'x'))).toEqual({
      kind: 'refused',
      reason: 'free',
    });
  });

  test('that failed is ordered once more, once, at the price that was agreed on', async () => {
    const { id } = await draw();
    const retry = (orderId = id) => inUnit((unit) => retryOrder(unit, OPERATOR, orderId));
    expect(await retry()).toEqual({ kind: 'refused', reason: 'not_failed' });
    await failOrder(bench.parts, id, 'provider_down');
    expect((await failedOrders(bench.parts.db, { limit: 50 })).map((one) => one.id)).toContain(id);
    const outcomes = await Promise.all([retry(), retry(), retry()]);
    const placed = outcomes.flatMap((outcome) => (outcome.kind === 'placed' ? [outcome.order] : []));
    expect(placed).toHaveLength(1);
    expect(outcomes).toContainEqual({ kind: 'refused', reason: 'again' });
    const again = await orderNow(bench, placed[0]?.id ?? '');
    const first = await orderNow(bench, id);
    expect(again).toMatchObject({ state: 'queued', ownerId: me, units: 2, unitPrice: PICTURE });
    expect(again.input).toEqual(first.input);
    expect(first.retriedBy).toBe(again.id);
    expect(await account()).toMatchObject({ held: 2 * PICTURE });
    expect(bench.enqueued).toContainEqual({ name: 'order.start', payload: { orderId: again.id } });
    expect((await failedOrders(bench.parts.db, { limit: 50 })).map((one) => one.id)).not.toContain(id);

    // Dearer by now: its owner is asked, not charged.
    await failOrder(bench.parts, again.id, 'provider_down');
    const dear = { ...bench.parts, prices: { ...bench.parts.prices, image: 9 } };
    const outcome = await transact(dear, (unit) => retryOrder(unit, OPERATOR, again.id));
    expect(outcome).toMatchObject({ kind: 'quoted', order: { state: 'quoted', unitPrice: 9 } });
    expect(await account()).toMatchObject({ held: 0 });
    expect(await retry('0197c1f0-0000-7000-8000-000000000001')).toEqual({
      kind: 'refused',
      reason: 'unknown',
    });
  });
});

test('somebody is found, blocked and let in, and their card says no word of theirs', async () => {
  const { db } = bench.parts;
  const secret = 'a lighthouse that nobody may read of';
  const { id } = await draw({ count: 1, prompt: secret });
  const find = (text: string) => findPerson(db, text);
  expect(await find(String(me))).toMatchObject({ id: me });
  expect(await find('no such name')).toBeNull();
  expect(await find("' or 1=1 --")).toBeNull();
  const block = (blocked: boolean) =>
    inUnit((unit) => blockPerson(unit, OPERATOR, me, { blocked, reason: 'spam' }));
  expect((await block(true))?.blockedAt).not.toBeNull();
  await block(true);
  const card = await personCard(db, me);
  expect(card).toMatchObject({
    user: { id: me },
    account: { held: PICTURE },
    orders: [{ state: 'queued', n: 1 }],
    recentOrders: [{ id, kind: 'image' }],
    recordings: { n: 0, bytes: 0, ms: 0 },
    paid: [],
  });
  expect(JSON.stringify(card)).not.toContain(secret);
  expect((await block(false))?.blockedAt).toBeNull();
  expect((await actions()).map(({ action }) => action)).toEqual([
    'credits.grant',
    'user.block',
    'user.unblock',
  ]);
});

test('promo codes are made and stopped, each with who did', async () => {
  const wanted = {
    code: `made-${me}`,
    kind: 'credits',
    value: 10,
    maxUses: 5,
    maxUsesPerUser: 1,
    startsAt: null,
    endsAt: null,
    pack: null,
  } as const;
  const make = (value: number) => inUnit((unit) => createPromoCodeBy(unit, OPERATOR, { ...wanted, value }));
  expect(await make(0)).toEqual({ wrong: 'value' });
  expect(await make(10)).toMatchObject({ code: { uses: 0 } });
  expect(await make(10)).toEqual({ wrong: 'exists' });
  expect(await inUnit((unit) => stopPromoCodeBy(unit, 'cli', wanted.code))).toMatchObject({ value: 10 });
  expect(await inUnit((unit) => stopPromoCodeBy(unit, 'cli', 'nothing'))).toBeNull();
  const done = (await listActions(bench.parts.db, { limit: 2 })).map(({ operator, action, about }) => ({
    operator,
    action,
    code: about['code'],
  }));
  const code = wanted.code.toUpperCase();
  expect(done).toEqual([
    { operator: 'cli', action: 'promo.stop', code },
    { operator: '501', action: 'promo.create', code },
  ]);
});

test('what cannot be done is not written down: both are one transaction', async () => {
  const broken = inUnit(async (unit) => {
    await adjustCredits(unit, OPERATOR, { userId: me, amount: 5, reason: 'x', key: `${me}:broken` });
    throw new Error('the process ends here');
  });
  await expect(broken).rejects.toThrow('ends here');
  expect(await actions()).toEqual([]);
  expect(
    await bench.parts.db.transaction((tx) =>
      postEntry(tx, { userId: me, amount: 1, reason: 'operator', key: `operator:${me}:broken` }),
    ),
  ).not.toBeNull();
});

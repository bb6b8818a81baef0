import type { SpendingLimits } from '@aisha/config';
import { notifications, users } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findFalJobOfOrder } from './fal/jobs.ts';
import { startFalOrder } from './fal/start.ts';
import type { FalParts } from './fal/order.ts';
import { countKept, countPaidCall, spentFor } from './spending/spending.ts';
import { watchSpending } from './breaker/watch.ts';
import { sweep } from './sweeper.ts';
import { makeOrder, orderNow, startTestParts, type TestParts } from './testing.ts';
import { makeDocument, makeText, writeThrough } from './testing/documents.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
  await Promise.all([bench.openai.control.reset(), bench.fal.control.reset()]);
});

const limits = (change: Partial<SpendingLimits>): SpendingLimits => ({
  ...bench.parts.config.spending,
  ...change,
});
const limited = (change: Partial<SpendingLimits>): FalParts => ({
  ...bench.parts,
  config: { ...bench.parts.config, spending: limits(change) },
});
type Call = Parameters<typeof countPaidCall>[2];
/** In private, and costing nothing unless it is said. */
type SomeCall =
  | Omit<Extract<Call, { for: 'fal' }>, 'chatId' | 'usd'>
  | Omit<Extract<Call, { id: string }>, 'chatId' | 'usd'>;
const count = (spending: SpendingLimits, call: SomeCall & { usd?: number | null; chatId?: number }) =>
  bench.parts.db.transaction((tx) =>
    countPaidCall(tx, spending, { chatId: call.ownerId, usd: null, ...call }),
  );

describe('what is bought', () => {
  test('two at once cannot both be the last of a day', async () => {
    const spending = limits({ perDay: { speech: 9, text: 3, fal: 9 } });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => count(spending, { ownerId: me, for: 'document', id: String(n) })),
    );
    expect(answers.filter((answer) => answer === null)).toHaveLength(3);
    expect(answers.filter((answer) => answer === 'too_much_today')).toHaveLength(5);
    // Each use has a day of its own.
    expect(await count(spending, { ownerId: me, for: 'recording', id: 'r' })).toBeNull();
  });

  test('texts are kept up to a hundred megabytes a day', async () => {
    const mine = await bench.person();
    const keep = (megabytes: number) =>
      bench.parts.db.transaction((tx) => countKept(tx, mine, megabytes * 1024 * 1024));
    expect(await keep(99)).toBeNull();
    expect(await keep(2)).toBe('too_much_today');
    expect(await keep(1)).toBeNull();
  });

  test('is not beyond a day in dollars, to a tenth of a cent', async () => {
    const spending = limits({ usdPerDay: 2 });
    const buy = (usd: number | null) => count(spending, { ownerId: me, for: 'fal', usd });
    expect(await buy(1.5)).toBeNull();
    expect(await buy(0.501)).toBe('too_much_today');
    expect(await buy(0.5)).toBeNull();
    expect(await buy(0.0001)).toBe('too_much_today');
    expect(await buy(null)).toBeNull();
    expect(await count(spending, { ownerId: await bench.person(), for: 'fal', usd: 3 })).toBe(
      'too_much_today',
    );
  });

  test.each([
    ['requests', { perDay: { speech: 9, text: 9, fal: 1 } }],
    ['dollars', { usdPerDay: 0.05 }],
  ])('at FAL ends with the %s of a day, and nothing is sent', async (_, change) => {
    const parts = limited(change);
    const input = { prompt: 'a lighthouse' };
    const first = await makeOrder(bench, me, input);
    await startFalOrder(parts, first.id, bench.run());
    expect(await findFalJobOfOrder(parts, first.id)).not.toBeNull();
    // Asked again, it is the same request.
    await startFalOrder(parts, first.id, bench.run());
    const second = await makeOrder(bench, me, input);
    await startFalOrder(parts, second.id, bench.run());
    expect(await orderNow(bench, second.id)).toMatchObject({ state: 'failed', failure: 'too_much_today' });
    expect(await findFalJobOfOrder(parts, second.id)).toBeNull();
    expect(await bench.fal.control.paidJobs()).toHaveLength(1);
  });

  test('for a description is counted call by call, whatever connections drop', async () => {
    const asked = async () =>
      (await bench.openai.control.requests()).filter(({ route }) => route !== 'models');
    await bench.openai.control.addFault({ route: 'chat', times: null, fault: { kind: 'reset_answer' } });
    const order = await makeOrder(bench, me, { prompt: 'маяк на рассвете' });
    await startFalOrder(bench.parts, order.id, bench.run());
    // A judgement, a review and two translations; the text is drawn as it is.
    expect(await asked()).toHaveLength(4);
    const next = await makeOrder(bench, me, { prompt: 'маяк на закате' });
    await startFalOrder(limited({ perImage: 0 }), next.id, bench.run());
    expect(await orderNow(bench, next.id)).toMatchObject({ failure: 'too_much_of_one' });
    expect(await asked()).toHaveLength(4);
  });

  test('for a document ends with its own ceiling', async () => {
    const text = 'Анна отправит отчёт. Мы говорили о погоде, и было это долго. '.repeat(1_200);
    const { order, documentId } = await makeDocument(bench, await makeText(bench, me, text));
    await writeThrough(
      { ...bench, parts: { ...bench.parts, config: limited({ perDocument: 2 }).config } },
      documentId,
    );
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'too_much_of_one' });
    expect(await bench.openai.control.requests({ route: 'chat' })).toHaveLength(2);
  });
});

describe('the whole service', () => {
  const book = () => bench.parts.db.execute('truncate daily_spending');
  const spend = async (usd: number) =>
    count(limits({ usdPerDay: 1_000 }), { ownerId: await bench.person(), for: 'fal', usd });
  beforeEach(book);
  afterAll(book);

  test('at its cap begins nothing more: an order waits, is told so, and goes on when the cap is raised', async () => {
    await spend(10);
    const order = await makeOrder(bench, me);
    const over = limited({ capUsdPerDay: 10 });
    bench.enqueued.length = 0;
    await startFalOrder(over, order.id, bench.run());
    await startFalOrder(over, order.id, bench.run());
    const waiting = await orderNow(bench, order.id);
    const midnight = new Date();
    midnight.setUTCHours(24, 0, 0, 0);
    expect(waiting).toMatchObject({
      state: 'queued',
      progress: { stage: 'over_budget', until: midnight.toISOString() },
    });
    expect(waiting.deadlineAt.getTime()).toBe(midnight.getTime() + 15 * 60_000);
    expect(bench.enqueued).toEqual([{ name: 'order.progress', payload: { orderId: order.id } }]);
    expect(await bench.fal.control.paidJobs()).toEqual([]);
    // The sweeper tries again within a minute.
    await bench.parts.db.execute(
      `update orders set next_check_at = now() - interval '1 second' where id = '${order.id}'`,
    );
    await sweep(bench.parts, { updates: false });
    expect(bench.enqueued.at(-1)).toEqual({ name: 'order.start', payload: { orderId: order.id } });
    await startFalOrder(limited({ capUsdPerDay: 11 }), order.id, bench.run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'running' });
  });

  test('tells its operators of 80 % and of all of the cap, once each', async () => {
    const operated = { ...limited({ capUsdPerDay: 10 }), operators: [me] };
    const told = async () => {
      await watchSpending(operated);
      await watchSpending(operated);
      const rows = await bench.parts.db.select().from(notifications).where(eq(notifications.userId, me));
      return rows.map(({ data }) => data);
    };
    await spend(7.9);
    expect(await told()).toEqual([]);
    await spend(0.1);
    expect(await told()).toEqual([{ about: 'cap_near', usd: 8, cap: 10 }]);
    await spend(2);
    expect(await told()).toContainEqual({ about: 'cap_reached', usd: 10, cap: 10 });
    expect(await told()).toHaveLength(2);
  });

  test('gives a person, a group and all newcomers together a share of its cap: known people go on', async () => {
    const shares = { person: 0.2, group: 0.35, newcomers: 0.4 };
    const spending = limits({ capUsdPerDay: 10, shares });
    const known = async () => {
      const id = await bench.person();
      await bench.parts.db.execute(
        `update users set created_at = now() - interval '2 days' where id = ${id}`,
      );
      return id;
    };
    const buy = (ownerId: number, usd: number, chatId = ownerId) =>
      count(spending, { ownerId, chatId, for: 'recording', id: 'r', usd });
    const held = (ownerId: number, chatId = ownerId) =>
      spentFor(bench.parts.db, spending, { ownerId, chatId });
    const [greedy, other] = [await known(), await known()];
    await buy(greedy, 2);
    expect([await held(greedy), await held(other), await held(me)]).toEqual(['person', null, null]);
    // Two in whose name nobody stands, and a third: none of them has had a person's share.
    const anonymous = [-501, -502];
    await bench.parts.db.insert(users).values(anonymous.map((id) => ({ id })));
    await Promise.all(anonymous.map((id) => buy(id, 1.5)));
    expect(await held(me)).toBeNull();
    await buy(me, 1);
    expect([await held(await bench.person()), await held(-501), await held(other)]).toEqual([
      'newcomers',
      'newcomers',
      null,
    ]);
    await buy(other, 1.9, -600);
    expect(await held(await known(), -600)).toBeNull();
    await buy(await known(), 1.7, -600);
    expect([await held(await known(), -600), await held(other)]).toEqual(['group', null]);
    // Whoever has paid is no newcomer, and an order that waits for its share is told so.
    const rich = await bench.person();
    await bench.parts.db.execute(
      `insert into payments (charge_id, user_id, provider, currency, amount, credits, source, paid_at)
       values ('share', ${rich}, 'stars', 'XTR', 1, 1, 'update', now())`,
    );
    expect(await held(rich)).toBeNull();
    const order = await makeOrder(bench, me);
    await startFalOrder(limited({ capUsdPerDay: 10, shares }), order.id, bench.run());
    expect(await orderNow(bench, order.id)).toMatchObject({
      state: 'queued',
      progress: { stage: 'over_budget' },
    });
  });

  test('spends no more on one group in a day than it may', async () => {
    const spending = limits({ usdPerGroupADay: 1 });
    const buy = async (usd: number) =>
      count(spending, { ownerId: await bench.person(), chatId: -100, for: 'recording', id: 'r', usd });
    expect(await buy(0.7)).toBeNull();
    expect(await buy(0.4)).toBe('too_much_today');
    expect(await buy(0.3)).toBeNull();
  });
});

import { circuitBreakers, falJobs, notifications, orders } from '@aisha/db';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closedFor, openBreaker, pauseProvider, resumeProvider } from '../breaker/breaker.ts';
import { accountOf } from '../credits/holds.ts';
import { cancelOrder } from '../orders/orders.ts';
import { startFalOrder } from '../fal/start.ts';
import { eventually, makeOrder, orderNow, startTestParts, type TestParts } from '../testing.ts';
import { transact } from '../unit.ts';
import { findFalJobOfOrder, submitFalJob, webhookAddress } from './jobs.ts';
import { settleFalJob } from './settle.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts({ adminIds: [501, 502] });
  me = await bench.person();
});
afterAll(() => bench.close());
afterEach(() => bench.fal.control.reset());

const start = (orderId: string) => startFalOrder(bench.parts, orderId, bench.run());

async function jobOf(orderId: string) {
  const job = await findFalJobOfOrder(bench.parts, orderId);
  if (!job) throw new Error('the order has no request');
  return job;
}

/** An order whose request is written down and not sent: its run was stopped by a FAL that takes nothing. */
async function written() {
  const order = await makeOrder(bench, me);
  await bench.fal.control.addFault({ fault: { kind: 'http', status: 503 } });
  await expect(start(order.id)).rejects.toMatchObject({ name: 'TransientError' });
  return { order, job: await jobOf(order.id) };
}

describe('a request at FAL', () => {
  test('is a row before it is sent, and its webhook address carries the row', async () => {
    const order = await makeOrder(bench, me);
    await start(order.id);
    const job = await jobOf(order.id);
    const [paid, ...more] = await bench.fal.control.paidJobs();
    expect(more).toEqual([]);
    expect(paid).toMatchObject({ job: job.id, webhookUrl: await webhookAddress(bench.parts, job) });
    expect(job).toMatchObject({ state: 'submitted', requestId: paid?.requestId, model: 'fal-ai/flux-lora' });
    expect(await bench.fal.control.jobInput(job.requestId ?? '')).toEqual(job.input);
  });

  test('is sent once, however many runs submit it at once', async () => {
    const { order, job } = await written();
    await Promise.all(Array.from({ length: 10 }, () => submitFalJob(bench.parts, job, bench.run())));
    expect(await bench.fal.control.paidJobs({ job: job.id })).toHaveLength(1);
    await Promise.all([start(order.id), start(order.id)]);
    expect(await bench.fal.control.paidJobs({ job: job.id })).toHaveLength(1);
  });

  test('is written down once, however many runs begin the order at once', async () => {
    const order = await makeOrder(bench, me);
    await Promise.all(Array.from({ length: 5 }, () => start(order.id)));
    expect(await bench.fal.control.paidJobs()).toHaveLength(1);
    expect(await bench.parts.db.select().from(falJobs).where(eq(falJobs.orderId, order.id))).toHaveLength(1);
  });

  test('that FAL did not take is sent by a later run, the same', async () => {
    const { order, job } = await written();
    expect(job).toMatchObject({ state: 'created', submittedAt: null, requestId: null });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
    // Told meanwhile, with the time until which it is tried.
    expect((await orderNow(bench, order.id)).progress).toMatchObject({
      stage: 'provider_silent',
      until: expect.any(String),
    });
    await start(order.id);
    const after = await jobOf(order.id);
    expect(after).toMatchObject({ id: job.id, input: job.input, state: 'submitted' });
    expect(await bench.fal.control.paidJobs()).toHaveLength(1);
  });

  test('that FAL takes at no attempt ends the order: the provider is down, nothing was bought', async () => {
    const { order } = await written();
    await bench.fal.control.addFault({ fault: { kind: 'http', status: 503 } });
    await startFalOrder(bench.parts, order.id, bench.run({ lastAttempt: true }));
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'provider_down' });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
  });

  test.each([
    ['a reset after the job was made', { kind: 'reset', afterJob: true }],
    ['502 after the job was made', { kind: 'http', status: 502, afterJob: true, html: true }],
    ['504 after the job was made', { kind: 'http', status: 504, afterJob: true }],
  ] as const)('%s is never sent again; the webhook brings its id', async (_name, fault) => {
    const order = await makeOrder(bench, me);
    await bench.fal.control.addFault({ fault });
    await start(order.id);
    const job = await jobOf(order.id);
    expect(job).toMatchObject({ state: 'submitting', requestId: null });
    await start(order.id);
    await settleFalJob(bench.parts, { falJobId: job.id }, bench.run());
    const [paid, ...more] = await bench.fal.control.paidJobs();
    expect(more).toEqual([]);

    const hook = await eventually(() => {
      const found = bench.hooks.find((one) => one.job === job.id);
      if (!found) throw new Error('no webhook yet');
      return found;
    });
    expect(hook.requestId).toBe(paid?.requestId);
    await settleFalJob(bench.parts, { falJobId: job.id, requestId: hook.requestId }, bench.run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded', failure: null });
    expect(await bench.fal.control.paidJobs()).toHaveLength(1);
  });

  test('of an order cancelled before costs nothing', async () => {
    const { order, job } = await written();
    await transact(bench.parts, (unit) => cancelOrder(unit, me, order.id));
    await submitFalJob(bench.parts, job, bench.run());
    await start(order.id);
    expect(await bench.fal.control.paidJobs()).toEqual([]);
    expect(await jobOf(order.id)).toMatchObject({ state: 'cancelled' });
  });

  test('of an order cancelled meanwhile is cancelled at FAL as soon as its id is known', async () => {
    await bench.fal.control.configure({ timing: { queueSeconds: 30 } });
    const order = await makeOrder(bench, me);
    const { fal } = bench.parts;
    const submit: typeof fal.submit = async (...request) => {
      const outcome = await fal.submit(...request);
      await transact(bench.parts, (unit) => cancelOrder(unit, me, order.id));
      expect(await jobOf(order.id)).toMatchObject({ state: 'cancelling', requestId: null });
      return outcome;
    };
    await startFalOrder({ ...bench.parts, fal: { ...fal, submit } }, order.id, bench.run());
    const job = await jobOf(order.id);
    expect(job.state).toBe('cancelling');
    expect(bench.enqueued.at(-1)).toEqual({
      name: 'fal.settle',
      payload: { falJobId: job.id, source: 'sweep' },
    });
    await settleFalJob(bench.parts, { falJobId: job.id }, bench.run());
    expect(await jobOf(order.id)).toMatchObject({ state: 'cancelled' });
    expect(await bench.fal.control.paidJobs()).toMatchObject([{ cancelRequested: true, started: false }]);
    await bench.fal.control.configure({ timing: { queueSeconds: 0 } });
  });

  test.each([
    ['not taken', { kind: 'http', status: 503 }],
    ['refused', { kind: 'http', status: 422 }],
  ] as const)('of an order cancelled meanwhile ends at once when it was %s', async (_name, fault) => {
    const order = await makeOrder(bench, me);
    await bench.fal.control.addFault({ fault });
    const { fal } = bench.parts;
    const submit: typeof fal.submit = async (...request) => {
      await transact(bench.parts, (unit) => cancelOrder(unit, me, order.id));
      return fal.submit(...request);
    };
    await startFalOrder({ ...bench.parts, fal: { ...fal, submit } }, order.id, bench.run());
    expect(await jobOf(order.id)).toMatchObject({ state: 'cancelled', requestId: null });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'cancelled' });
  });
});

describe('a locked account', () => {
  const alarms = () =>
    bench.parts.db
      .select({ userId: notifications.userId })
      .from(notifications)
      .where(eq(notifications.kind, 'alarm'))
      .orderBy(notifications.createdAt, notifications.userId);
  /** The time after which the provider is asked again is over. */
  const passBreaker = () => bench.parts.db.update(circuitBreakers).set({ openUntil: sql`now()` });

  const waiting = { state: 'queued', failure: null, progress: { stage: 'provider_closed' } } as const;
  const held = async (userId: number) => (await inUnit((unit) => accountOf(unit.tx, userId))).held;
  const inUnit = <T>(work: Parameters<typeof transact<T>>[1]) => transact(bench.parts, work);
  const backWords = (userId: number) =>
    bench.parts.db
      .select({ data: notifications.data })
      .from(notifications)
      .where(and(eq(notifications.kind, 'service.back'), eq(notifications.userId, userId)));
  const edits = (orderId: string) =>
    bench.enqueued.filter(
      ({ name, payload }) =>
        name === 'order.progress' && JSON.stringify(payload) === JSON.stringify({ orderId }),
    ).length;

  test('has orders wait, the next ones too, alarms each operator once an outage, and heals', async () => {
    const person = await bench.person();
    await bench.fal.control.lock('Exhausted balance');
    const first = await makeOrder(bench, person);
    const price = await held(person);
    await start(first.id);
    expect(await orderNow(bench, first.id)).toMatchObject(waiting);
    expect(await jobOf(first.id)).toMatchObject({ state: 'created', submittedAt: null });
    expect(await closedFor(bench.parts, { provider: 'fal' })).toBe('provider_account');
    expect((await alarms()).map(({ userId }) => userId)).toEqual([501, 502]);

    const second = await makeOrder(bench, person);
    await start(second.id);
    expect(await orderNow(bench, second.id)).toMatchObject(waiting);
    expect((await bench.fal.control.requests()).filter((one) => one.operation === 'submit')).toHaveLength(1);

    // Tried again and refused again: the same outage, the same word, the same price set aside.
    await passBreaker();
    await start(first.id);
    expect(await orderNow(bench, first.id)).toMatchObject(waiting);
    expect(await alarms()).toHaveLength(2);
    expect(await held(person)).toBe(2 * price);
    // Whoever wants to wait no longer cancels, and has their credits back.
    await inUnit((unit) => cancelOrder(unit, person, second.id));
    expect(await held(person)).toBe(price);

    await bench.fal.control.lock(null);
    await passBreaker();
    const fourth = await makeOrder(bench, me);
    await start(fourth.id);
    expect(await jobOf(fourth.id)).toMatchObject({ state: 'submitted' });
    expect(await closedFor(bench.parts, { provider: 'fal' })).toBe(null);
    // Whoever waited is told once that it is over, and goes on: one request, paid for once.
    expect(await backWords(person)).toEqual([{ data: { waited: true } }]);
    expect((await orderNow(bench, first.id)).nextCheckAt.getTime()).toBeLessThanOrEqual(Date.now());
    await start(first.id);
    expect(await jobOf(first.id)).toMatchObject({ state: 'submitted' });
    expect(await bench.fal.control.paidJobs({ job: (await jobOf(first.id)).id })).toHaveLength(1);

    await bench.fal.control.lock('Exhausted balance');
    await start((await makeOrder(bench, me)).id);
    expect(await alarms()).toHaveLength(4);
    await bench.fal.control.lock(null);
  });

  test('that an operator paused holds what is new until it is let go on, and for no longer than is said', async () => {
    await bench.parts.db.delete(circuitBreakers);
    const person = await bench.person();
    const before = (await bench.fal.control.requests()).length;
    expect(await inUnit((unit) => pauseProvider(unit, 'fal'))).toBe(true);
    const { id } = await makeOrder(bench, person);
    const price = await held(person);
    for (let n = 0; n < 3; n++) await start(id);
    const order = await orderNow(bench, id);
    expect(order).toMatchObject(waiting);
    expect(edits(id)).toBe(1);
    // Neither its time nor what was set aside runs out meanwhile, and the sweeper ends nothing.
    expect(order.deadlineAt.getTime()).toBeGreaterThan(order.nextCheckAt.getTime());
    expect(await held(person)).toBe(price);
    const hours = ((order.waitsSince ?? new Date(0)).getTime() - Date.now()) / 3_600_000 + 24;
    expect(Date.parse(order.progress?.until ?? '') - Date.now()).toBeCloseTo(hours * 3_600_000, -4);
    expect(await bench.fal.control.requests()).toHaveLength(before);

    expect(await inUnit((unit) => resumeProvider(unit, 'fal'))).toBe(true);
    expect(await backWords(person)).toEqual([{ data: { waited: true } }]);
    await start(id);
    expect(await jobOf(id)).toMatchObject({ state: 'submitted' });

    // A day is over: it fails, says why, and costs nothing.
    await inUnit((unit) => pauseProvider(unit, 'fal'));
    const last = await makeOrder(bench, person);
    await start(last.id);
    await bench.parts.db
      .update(orders)
      .set({ waitsSince: sql`now() - interval '25 hours'` })
      .where(eq(orders.id, last.id));
    const heldBefore = await held(person);
    await start(last.id);
    expect(await orderNow(bench, last.id)).toMatchObject({ state: 'failed', failure: 'provider_account' });
    expect(await held(person)).toBe(heldBefore - price);
    await inUnit((unit) => resumeProvider(unit, 'fal'));
  });

  test('found by many at once is one alarm for each operator', async () => {
    await bench.parts.db.delete(circuitBreakers);
    const before = (await alarms()).length;
    await Promise.all(
      Array.from({ length: 8 }, () => openBreaker(bench.parts, { provider: 'fal' }, 'locked')),
    );
    expect((await alarms()).slice(before).map(({ userId }) => userId)).toEqual([501, 502]);
    await bench.parts.db.delete(circuitBreakers);
  });
});

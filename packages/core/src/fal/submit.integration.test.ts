import { circuitBreakers, falJobs, notifications } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closedFor, openBreaker } from '../breaker/breaker.ts';
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
  const told = () => bench.enqueued.filter(({ name }) => name === 'notification.send');
  const alarms = () =>
    bench.parts.db
      .select({ userId: notifications.userId })
      .from(notifications)
      .where(eq(notifications.kind, 'alarm'))
      .orderBy(notifications.createdAt, notifications.userId);
  /** The time after which the provider is asked again is over. */
  const passBreaker = () => bench.parts.db.update(circuitBreakers).set({ openUntil: sql`now()` });

  test('ends the order, stops the next ones, alarms each operator once an outage, and heals', async () => {
    await bench.fal.control.lock('Exhausted balance');
    const first = await makeOrder(bench, me);
    await start(first.id);
    expect(await orderNow(bench, first.id)).toMatchObject({ state: 'failed', failure: 'provider_account' });
    expect(await closedFor(bench.parts, { provider: 'fal' })).toBe('provider_account');
    expect((await alarms()).map(({ userId }) => userId)).toEqual([501, 502]);

    bench.enqueued.length = 0;
    const second = await makeOrder(bench, me);
    await start(second.id);
    expect(await orderNow(bench, second.id)).toMatchObject({ failure: 'provider_account' });
    expect((await bench.fal.control.requests()).filter((one) => one.operation === 'submit')).toHaveLength(1);
    // The order's own word, and no alarm: the operators know.
    expect(told()).toHaveLength(1);

    await passBreaker();
    const third = await makeOrder(bench, me);
    await start(third.id);
    expect(await orderNow(bench, third.id)).toMatchObject({ failure: 'provider_account' });
    expect(await alarms()).toHaveLength(2);

    await bench.fal.control.lock(null);
    await passBreaker();
    const fourth = await makeOrder(bench, me);
    await start(fourth.id);
    expect(await jobOf(fourth.id)).toMatchObject({ state: 'submitted' });
    expect(await closedFor(bench.parts, { provider: 'fal' })).toBe(null);

    await bench.fal.control.lock('Exhausted balance');
    await start((await makeOrder(bench, me)).id);
    expect(await alarms()).toHaveLength(4);
    await bench.fal.control.lock(null);
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

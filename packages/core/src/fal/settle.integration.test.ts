import { randomUUID } from 'node:crypto';
import { falJobs, images, notifications, orders } from '@aisha/db';
import type { FalFaultRule } from '@aisha/sandbox';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cancelOrder } from '../orders/orders.ts';
import { startFalOrder } from '../fal/start.ts';
import { sweep } from '../sweeper.ts';
import { eventually, makeOrder, orderNow, startTestParts, type TestParts } from '../testing.ts';
import { transact } from '../unit.ts';
import { findFalJobOfOrder } from './jobs.ts';
import { settleFalJob } from './settle.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});
afterEach(async () => {
  await bench.fal.control.reset();
  await bench.fal.control.configure({ timing: { imageSeconds: 0.02, queueSeconds: 0 } });
});

async function jobOf(orderId: string) {
  const job = await findFalJobOfOrder(bench.parts, orderId);
  if (!job) throw new Error('the order has no request');
  return job;
}

/** An order of two images that FAL has, and what befalls it there. */
async function ordered(...faults: FalFaultRule['fault'][]) {
  for (const fault of faults) await bench.fal.control.addFault({ fault });
  const order = await makeOrder(bench, me, { count: 2 });
  await startFalOrder(bench.parts, order.id, bench.run());
  const job = await jobOf(order.id);
  return { order, job, settle: (requestId?: string) => settle(job.id, requestId) };
}

const settle = (falJobId: string, requestId?: string) =>
  settleFalJob(bench.parts, { falJobId, requestId }, bench.run());

const overAtFal = (requestId: string | null) =>
  eventually(async () => {
    const [paid] = await bench.fal.control.paidJobs({ requestId: requestId ?? '' });
    if (paid?.state !== 'COMPLETED') throw new Error(`at FAL it is ${paid?.state ?? 'unknown'}`);
  });

const told = (orderId: string) =>
  bench.parts.db
    .select()
    .from(notifications)
    .where(eq(notifications.key, `order:${orderId}:ended`));

const billed = async () => {
  const metric = bench.parts.metrics.registry.getSingleMetric('aisha_provider_cost_usd_total');
  const { values } = (await metric?.get()) ?? { values: [] };
  return values.reduce((sum, { value }) => sum + value, 0);
};

describe('a webhook', () => {
  test('that comes before the answer to the submit brings the id, and the answer changes nothing', async () => {
    await bench.fal.control.addFault({ fault: { kind: 'webhook_early' } });
    const order = await makeOrder(bench, me);
    const { fal } = bench.parts;
    const submit: typeof fal.submit = async (...request) => {
      const outcome = await fal.submit(...request);
      const { id } = await jobOf(order.id);
      const hook = bench.hooks.find(({ job }) => job === id);
      expect(hook).toBeDefined();
      await settle(id, hook?.requestId);
      expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
      return outcome;
    };
    await startFalOrder({ ...bench.parts, fal: { ...fal, submit } }, order.id, bench.run());
    expect(await jobOf(order.id)).toMatchObject({ state: 'completed', webhookAt: expect.any(Date) });
    expect(await told(order.id)).toHaveLength(1);
  });

  test('about another request is ignored', async () => {
    const { order, job, settle: again } = await ordered({ kind: 'never_ends' });
    await again(randomUUID());
    expect(await jobOf(order.id)).toMatchObject({ state: 'submitted', requestId: job.requestId });
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'running' });
  });

  test('of a job that is not ours is ignored', async () => {
    await expect(settle(randomUUID(), randomUUID())).resolves.toBeUndefined();
  });

  test('that comes after the end changes nothing', async () => {
    const { order, job, settle: again } = await ordered({ kind: 'never_ends' });
    await transact(bench.parts, (unit) => cancelOrder(unit, me, order.id));
    await again();
    await again(job.requestId ?? '');
    expect(await jobOf(order.id)).toMatchObject({ state: 'cancelled' });
    expect(await told(order.id)).toEqual([]);
  });
});

describe('a result', () => {
  test('found by many at once is delivered once', async () => {
    const { order, job, settle: again } = await ordered();
    await overAtFal(job.requestId);
    const before = await billed();
    await Promise.all(Array.from({ length: 8 }, () => again(job.requestId ?? '')));
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
    const kept = await bench.parts.db.select().from(images).where(eq(images.orderId, order.id));
    expect(new Set(kept.map(({ index }) => index))).toEqual(new Set([0, 1]));
    expect(kept).toHaveLength(2);
    expect(await told(order.id)).toHaveLength(1);
    expect(await bench.objects('generated', `${me}/`)).toEqual(kept.map((one) => one.objectKey).toSorted());
    // Two images of a megapixel, billed once.
    expect((await billed()) - before).toBeCloseTo(0.07, 6);
  });

  test('and a cancel that come together end the order one way or the other', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { order, job, settle: again } = await ordered();
      await overAtFal(job.requestId);
      // Were one to wait for the other, PostgreSQL would break the deadlock, and one of them would reject.
      await Promise.all([again(), transact(bench.parts, (unit) => cancelOrder(unit, me, order.id))]);
      await again();
      const ended = await orderNow(bench, order.id);
      const kept = await bench.parts.db.$count(images, eq(images.orderId, order.id));
      expect([ended.state, kept]).toEqual(ended.state === 'succeeded' ? ['succeeded', 2] : ['cancelled', 0]);
    }
  });

  test('that FAL no longer keeps is a failure with its reason', async () => {
    const { order, job, settle: again } = await ordered({ kind: 'expired' });
    await overAtFal(job.requestId);
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'result_gone' });
  });

  test.each([
    ['content_policy_violation', 422, 'content_policy'],
    ['no_media_generated', 422, 'content_policy'],
    ['invalid_archive', 422, 'bad_photos'],
    ['image_load_error', 422, 'bad_photos'],
    ['archive_file_count_below_minimum', 422, 'too_few_photos'],
    ['face_detection_error', 422, 'no_face'],
    ['generation_timeout', 504, 'timeout'],
    ['user_locked', 403, 'provider_account'],
    ['internal_server_error', 500, 'provider_down'],
    ['file_download_error', 422, 'provider_down'],
    ['something_new', 418, 'provider_down'],
  ] as const)('that is the error %s (%i) fails the order as %s', async (type, status, failure) => {
    const { order, job, settle: again } = await ordered({ kind: 'failed', message: 'no', status, type });
    await overAtFal(job.requestId);
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure });
    expect(await jobOf(order.id)).toMatchObject({ state: 'failed', error: { reason: failure } });
    expect(await told(order.id)).toHaveLength(1);
  });
});

describe('nothing heard', () => {
  test('of an unclear request: it waits for its webhook, then the order is given up and told', async () => {
    const {
      order,
      job,
      settle: again,
    } = await ordered({ kind: 'reset', afterJob: true }, { kind: 'webhook_lost' });
    await again();
    expect(await jobOf(order.id)).toMatchObject({ state: 'submitting' });
    await bench.parts.db
      .update(falJobs)
      .set({ submittedAt: sql`now() - interval '4 minutes'` })
      .where(eq(falJobs.id, job.id));
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({
      state: 'failed',
      failure: 'provider_unconfirmed',
    });
    const [paid] = await bench.fal.control.paidJobs();
    await again(paid?.requestId);
    expect(await jobOf(order.id)).toMatchObject({ state: 'failed', requestId: null });
    expect(await bench.fal.control.paidJobs()).toHaveLength(1);
  });

  test('of an id that FAL does not know: asked again at first, given up after a minute', async () => {
    const { order, job, settle: again } = await ordered({ kind: 'never_ends' });
    await bench.parts.db.update(falJobs).set({ requestId: randomUUID() }).where(eq(falJobs.id, job.id));
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'running' });
    await bench.parts.db
      .update(falJobs)
      .set({ submittedAt: sql`now() - interval '2 minutes'` })
      .where(eq(falJobs.id, job.id));
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'result_gone' });
  });

  test.each([
    ['status', 503],
    ['status', 401],
  ] as const)('while the %s cannot be read (%i): it is looked at again soon', async (operation, status) => {
    const { job, order, settle: again } = await ordered({ kind: 'never_ends' });
    await bench.fal.control.addFault({ fault: { kind: 'http', status }, operation, times: 'always' });
    await again();
    const { state, nextCheckAt } = await jobOf(order.id);
    expect(state).toBe('submitted');
    expect(nextCheckAt.getTime() - Date.now()).toBeLessThan(6_000);
    expect(job.id).toBeDefined();
  });

  test('while the result cannot be read: the job is tried again', async () => {
    const { order, job, settle: again } = await ordered();
    await overAtFal(job.requestId);
    await bench.fal.control.addFault({
      fault: { kind: 'http', status: 503 },
      operation: 'result',
      times: 'always',
    });
    await expect(again()).rejects.toMatchObject({ name: 'TransientError' });
    await bench.fal.control.clearFaults();
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
  });
});

describe('an answer of another form than documented', () => {
  const odd = (operation: 'status' | 'result', body: unknown, status = 200) =>
    bench.fal.control.addFault({ fault: { kind: 'body', status, body }, operation, times: 'always' });

  test.each([
    ['no error', { error: null, error_type: null, metrics: 'fast' }],
    ['an empty error', { error: '', error_type: 7 }],
    ['an empty error object', { error: {}, metrics: { inference_time: '3' } }],
    ['an error that is no failure of the job', { error: { message: 'a warning' } }],
  ])('%s beside a good result: it is delivered', async (_name, fields) => {
    const { order, job, settle: again } = await ordered();
    await overAtFal(job.requestId);
    await odd('status', { status: 'COMPLETED', ...fields });
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
  });

  test.each([
    ['a queue position in words', { status: 'IN_QUEUE', queue_position: 'third' }, 'provider_queue'],
    ['logs that are none', { status: 'IN_PROGRESS', logs: 'step 1' }, 'drawing'],
    ['a log line that is none', { status: 'IN_PROGRESS', logs: [null, 4] }, 'drawing'],
  ])('%s does not hide the state', async (_name, body, stage) => {
    const { order, settle: again } = await ordered({ kind: 'never_ends' });
    await odd('status', body);
    await again();
    expect((await orderNow(bench, order.id)).progress).toMatchObject({ stage });
  });

  test.each([
    [
      'details without words',
      { detail: [{ type: 'content_policy_violation', msg: null }] },
      'content_policy',
    ],
    ['one detail instead of a list', { detail: { type: 'no_media_generated' } }, 'content_policy'],
    ['nothing that we know', { message: 'no' }, 'provider_down'],
  ])('a refusal by the model with %s ends the order', async (_name, body, failure) => {
    const { order, job, settle: again } = await ordered({ kind: 'failed' });
    await overAtFal(job.requestId);
    await odd('result', body, 422);
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure });
  });

  test('a failed job whose details cannot be had ends the order by what its state says', async () => {
    const {
      order,
      job,
      settle: again,
    } = await ordered({
      kind: 'failed',
      type: 'generation_timeout',
      status: 504,
    });
    await overAtFal(job.requestId);
    await bench.fal.control.addFault({
      fault: { kind: 'http', status: 503, html: true },
      operation: 'result',
      times: 'always',
    });
    await again();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'timeout' });
  });

  test('that hides the state for two minutes alarms operators, once, and the order goes on when it is read', async () => {
    const { parts } = bench;
    const adminIds = [601, 602];
    const config = { ...parts.config, telegram: { ...parts.config.telegram, adminIds } };
    const alarms = () => parts.db.select().from(notifications).where(eq(notifications.kind, 'alarm'));
    const placed = [await ordered(), await ordered()];
    for (const { job } of placed) await overAtFal(job.requestId);
    await odd('status', { status: 'THINKING' });
    const lookAtAll = async () => {
      for (const { job } of placed)
        await settleFalJob({ ...parts, config }, { falJobId: job.id }, bench.run());
    };
    await lookAtAll();
    expect(await alarms()).toEqual([]);
    const past = sql`${falJobs.unreadableSince} - interval '2 minutes'`;
    await parts.db.update(falJobs).set({ unreadableSince: past });
    for (let round = 0; round < 3; round += 1) await lookAtAll();
    expect((await alarms()).map(({ userId }) => userId)).toEqual(adminIds);
    expect(bench.log.filter(({ message }) => message.startsWith('what became of requests'))).toHaveLength(1);
    await bench.fal.control.clearFaults();
    await lookAtAll();
    for (const { order } of placed)
      expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
  });
});

describe('an end from our side', () => {
  test('by the owner is an end at FAL too', async () => {
    const { order, job, settle: again } = await ordered({ kind: 'never_ends' });
    await transact(bench.parts, (unit) => cancelOrder(unit, me, order.id));
    expect(await jobOf(order.id)).toMatchObject({ state: 'cancelling' });
    await bench.fal.control.addFault({ fault: { kind: 'http', status: 503 }, operation: 'cancel', times: 3 });
    await expect(again()).rejects.toMatchObject({ name: 'TransientError' });
    await bench.fal.control.clearFaults();
    await again();
    expect(await bench.fal.control.cancels()).toMatchObject([
      { requestId: job.requestId, answer: 'CANCELLATION_REQUESTED' },
    ]);
    expect(await jobOf(order.id)).toMatchObject({ state: 'cancelled' });
  });

  test('by somebody else is none', async () => {
    const { order } = await ordered({ kind: 'never_ends' });
    const other = await bench.person();
    expect(await transact(bench.parts, (unit) => cancelOrder(unit, other, order.id))).toBeNull();
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'running' });
  });

  test('by the deadline is told, and cancelled at FAL', async () => {
    const { order, settle: again } = await ordered({ kind: 'never_ends' });
    await bench.parts.db
      .update(orders)
      .set({ deadlineAt: sql`now() - interval '1 second'`, nextCheckAt: sql`now() - interval '1 second'` })
      .where(eq(orders.id, order.id));
    await sweep(bench.parts, { updates: false });
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'timeout' });
    await again();
    expect(await bench.fal.control.cancels()).toHaveLength(1);
    expect(await told(order.id)).toHaveLength(1);
  });
});

test('where an order is in the queue, and that it is drawn, is kept for its status message', async () => {
  await bench.fal.control.configure({ timing: { queueSeconds: 30 } });
  const { order, settle: again } = await ordered({ kind: 'never_ends' });
  await again();
  expect((await orderNow(bench, order.id)).progress).toMatchObject({
    stage: 'provider_queue',
    position: expect.any(Number),
  });
  expect(bench.enqueued).toContainEqual({ name: 'order.progress', payload: { orderId: order.id } });
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startFalSandbox, type FalSandbox } from './server.ts';
import { askerOf, until, type Asker } from './testing.ts';

const FLUX = 'fal-ai/flux-lora';
const QUICK = { trainingSeconds: 0.2, imageSeconds: 0.05, queueSeconds: 0 };
let sandbox: FalSandbox;
let ask: Asker;

beforeAll(async () => {
  sandbox = await startFalSandbox({ settings: { timing: QUICK } });
  ask = askerOf(sandbox.url);
});
afterEach(async () => {
  await sandbox.control.reset();
  await sandbox.control.lock(null);
  await sandbox.control.configure({ timing: QUICK, timeScale: 1, concurrency: 2, earlyResultStatus: 400 });
});
afterAll(() => sandbox.close());

const submittedSchema = z.object({
  request_id: z.uuid(),
  gateway_request_id: z.uuid(),
  status: z.literal('IN_QUEUE'),
  queue_position: z.int(),
  response_url: z.url(),
  status_url: z.url(),
  cancel_url: z.url(),
});

async function submit(path = `/${FLUX}`, prompt = 'a lake', headers: Record<string, string> = {}) {
  const answer = await ask(path, { method: 'POST', body: { prompt }, headers });
  expect(answer.status).toBe(200);
  return submittedSchema.parse(answer.body);
}

const statusSchema = z.looseObject({ status: z.string(), queue_position: z.int().optional() });

async function statusOf(id: string, query = '') {
  const answer = await ask(`/${FLUX}/requests/${id}/status${query}`);
  return { code: answer.status, ...statusSchema.parse(answer.body) };
}

const done = (id: string) => until(async () => (await statusOf(id)).status === 'COMPLETED');

test('submit answers with addresses of the app alone, on the host that was asked', async () => {
  const submitted = await submit(`/${FLUX}/image-to-image`);
  const base = `${sandbox.url}/${FLUX}/requests/${submitted.request_id}`;
  expect(submitted).toMatchObject({
    response_url: base,
    status_url: `${base}/status`,
    cancel_url: `${base}/cancel`,
  });
});

test('status is 202 in the queue and at work, 200 at the end; logs come only when asked for', async () => {
  await sandbox.control.configure({ timing: { queueSeconds: 0.3, imageSeconds: 0.3 } });
  const { request_id: id } = await submit();
  expect(await statusOf(id)).toMatchObject({ code: 202, status: 'IN_QUEUE' });
  await until(async () => (await statusOf(id)).status === 'IN_PROGRESS');
  expect(await statusOf(id, '?logs=1')).toMatchObject({
    code: 202,
    logs: [{ message: expect.any(String), level: 'INFO', source: 'USER', timestamp: expect.any(String) }],
  });
  expect(await statusOf(id, '?logs=0')).toMatchObject({ logs: null });
  await done(id);
  const last = await statusOf(id);
  expect(last).toMatchObject({
    code: 200,
    status: 'COMPLETED',
    metrics: { inference_time: expect.any(Number) },
  });
  expect(last).not.toHaveProperty('error');
});

test('the queue position falls', async () => {
  await sandbox.control.configure({ timing: { queueSeconds: 0.6 } });
  const { request_id: id, queue_position: first } = await submit();
  const seen = [first];
  await until(async () => {
    const status = await statusOf(id);
    if (status.queue_position !== undefined) seen.push(status.queue_position);
    return status.status !== 'IN_QUEUE';
  });
  expect(first).toBe(3);
  expect(seen).toEqual(seen.toSorted((a, b) => b - a));
  expect(new Set(seen).size).toBeGreaterThan(2);
});

test('addresses: host prefix or none, full id or app, /response; another app or id is not found', async () => {
  const { request_id: id } = await submit(`/queue.fal.run/${FLUX}`);
  await done(id);
  for (const path of [`/${FLUX}`, `/queue.fal.run/${FLUX}`, `/${FLUX}/image-to-image`]) {
    expect((await ask(`${path}/requests/${id}`)).status).toBe(200);
    expect((await ask(`${path}/requests/${id}/response`)).status).toBe(200);
    expect((await ask(`${path}/requests/${id}/status`)).status).toBe(200);
  }
  const other = await ask(`/fal-ai/flux-general/requests/${id}/status`);
  expect(other).toMatchObject({ status: 404, body: { status: 'NOT_FOUND' } });
  expect((await ask(`/fal-ai/flux-general/requests/${id}`)).status).toBe(404);
  const cancel = await ask(`/fal-ai/flux-general/requests/${id}/cancel`, { method: 'PUT' });
  expect(cancel).toMatchObject({ status: 404, body: { status: 'NOT_FOUND' } });
});

test('an unknown app is refused at submit, an unknown path of a known app by the model', async () => {
  expect((await ask('/fal-ai/no-such', { method: 'POST', body: {} })).status).toBe(404);
  expect((await ask('/fal-ai/flux-pro-trainer', { method: 'POST', body: {} })).status).toBe(404);
  const { request_id: id } = await submit(`/${FLUX}/no-such`);
  await done(id);
  expect((await ask(`/${FLUX}/requests/${id}`)).status).toBe(404);
  expect(await statusOf(id)).toMatchObject({ error: 'Invalid status code: 404' });
});

test('two jobs run at once, the others wait; low priority goes last', async () => {
  await sandbox.control.configure({ timing: { imageSeconds: 0.4 } });
  const first = await submit();
  const second = await submit();
  await until(async () => (await statusOf(second.request_id)).status === 'IN_PROGRESS');
  const low = await submit(`/${FLUX}`, 'a lake', { 'x-fal-queue-priority': 'low' });
  const third = await submit();
  expect((await statusOf(first.request_id)).status).toBe('IN_PROGRESS');
  expect(await statusOf(third.request_id)).toMatchObject({ status: 'IN_QUEUE', queue_position: 0 });
  expect(await statusOf(low.request_id)).toMatchObject({ status: 'IN_QUEUE', queue_position: 1 });
  await done(low.request_id);
});

test('fal_max_queue_length refuses when the queue is longer', async () => {
  await sandbox.control.configure({ timing: { queueSeconds: 30 } });
  await submit();
  await submit();
  const refused = await ask(`/${FLUX}?fal_max_queue_length=1`, { method: 'POST', body: { prompt: 'x' } });
  expect(refused.status).toBe(429);
  expect((await sandbox.control.paidJobs()).length).toBe(2);
});

test('x-fal-request-timeout ends what did not start in time with a 504 of type user', async () => {
  await sandbox.control.configure({ timing: { queueSeconds: 30 } });
  const { request_id: id } = await submit(`/${FLUX}`, 'late', { 'x-fal-request-timeout': '1.1' });
  await done(id);
  const late = await ask(`/${FLUX}/requests/${id}`);
  expect(late).toMatchObject({ status: 504, body: { error_type: 'request_timeout' } });
  expect(late.headers.get('x-fal-request-timeout-type')).toBe('user');
  expect(late.headers.get('x-fal-error-type')).toBe('request_timeout');
});

test('a result asked too early, as configured', async () => {
  await sandbox.control.configure({ timing: { queueSeconds: 30 } });
  const { request_id: id } = await submit();
  expect((await ask(`/${FLUX}/requests/${id}`)).status).toBe(400);
  await sandbox.control.configure({ earlyResultStatus: 404 });
  expect((await ask(`/${FLUX}/requests/${id}`)).status).toBe(404);
});

test('results expire after an hour, big ones after six minutes (scaled)', async () => {
  const small = await submit();
  const big = await ask(`/${FLUX}`, { method: 'POST', body: { prompt: 'inline', sync_mode: true } });
  const { request_id: bigId } = submittedSchema.parse(big.body);
  await done(small.request_id);
  await done(bigId);
  expect((await ask(`/${FLUX}/requests/${bigId}`)).status).toBe(200);
  // 6 minutes pass in 0.2 s, an hour in 2 s.
  await sandbox.control.configure({ timeScale: 1800 });
  await until(async () => (await ask(`/${FLUX}/requests/${bigId}`)).status === 404);
  expect((await ask(`/${FLUX}/requests/${small.request_id}`)).status).toBe(200);
  await until(async () => (await ask(`/${FLUX}/requests/${small.request_id}`)).status === 404);
});

test('the 401 texts', async () => {
  const refuse = async (key: string | null) => ask(`/${FLUX}`, { method: 'POST', body: {}, key });
  expect(await refuse(null)).toMatchObject({
    status: 401,
    body: {
      detail: `Cannot access application "${FLUX}". Authentication is required to access this application.`,
    },
  });
  expect(await refuse('Key no-colon')).toMatchObject({
    status: 401,
    body: { detail: "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'." },
  });
  expect(await refuse('Key a:b')).toMatchObject({
    status: 401,
    body: { detail: 'No user found for Key ID and Secret' },
  });
  const upload = await ask('/storage/upload/initiate', { method: 'POST', body: {}, key: 'Key a:b' });
  expect(upload.status).toBe(401);
  expect(await sandbox.control.paidJobs()).toEqual([]);
});

test('a locked account: 403 at submit and no job', async () => {
  await sandbox.control.lock('Exhausted balance. Top up your balance at fal.ai/dashboard/billing.');
  const refused = await ask(`/${FLUX}`, { method: 'POST', body: { prompt: 'x' } });
  expect(refused).toMatchObject({
    status: 403,
    body: {
      detail: 'User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.',
    },
  });
  expect(refused.headers.get('x-fal-request-id')).toBeNull();
  expect(await sandbox.control.paidJobs()).toEqual([]);
});

test('fal.run answers at once with the output, above the limit with 429', async () => {
  const answer = await ask(`/fal.run/${FLUX}`, { method: 'POST', body: { prompt: 'now', seed: 5 } });
  expect(answer).toMatchObject({ status: 200, body: { seed: 5 } });
  const invalid = await ask(`/fal.run/${FLUX}`, { method: 'POST', body: {} });
  expect(invalid).toMatchObject({
    status: 422,
    body: { detail: [{ type: 'missing', loc: ['body', 'prompt'] }] },
  });
  expect(invalid.headers.get('x-fal-retryable')).toBe('false');
  await sandbox.control.configure({ concurrency: 1, timing: { imageSeconds: 0.5 } });
  const { request_id: id } = await submit();
  await until(async () => (await statusOf(id)).status === 'IN_PROGRESS');
  const refused = await ask(`/fal.run/${FLUX}`, { method: 'POST', body: { prompt: 'too many' } });
  expect(refused).toMatchObject({ status: 429, body: { error_type: 'concurrent_requests_limit' } });
  expect(refused.headers.get('x-fal-needs-retry')).toBe('1');
});

test('a job cancelled in the queue ends as cancelled, or is forgotten, as configured', async () => {
  await sandbox.control.configure({ timing: { queueSeconds: 30 } });
  const ended = await submit();
  expect(await ask(`/${FLUX}/requests/${ended.request_id}/cancel`, { method: 'PUT' })).toMatchObject({
    status: 202,
    body: { status: 'CANCELLATION_REQUESTED' },
  });
  expect(await statusOf(ended.request_id)).toMatchObject({
    status: 'COMPLETED',
    error_type: 'client_cancelled',
  });
  await sandbox.control.configure({ cancelQueued: 'removed' });
  const removed = await submit();
  await ask(`/${FLUX}/requests/${removed.request_id}/cancel`, { method: 'PUT' });
  expect(await statusOf(removed.request_id)).toMatchObject({ code: 404, status: 'NOT_FOUND' });
  await sandbox.control.configure({ cancelQueued: 'completed' });
});

test('a running job may also finish in spite of its cancel', async () => {
  await sandbox.control.configure({ cancelRunning: 'finishes', timing: { imageSeconds: 0.3 } });
  const { request_id: id } = await submit();
  await until(async () => (await statusOf(id)).status === 'IN_PROGRESS');
  await ask(`/${FLUX}/requests/${id}/cancel`, { method: 'PUT' });
  await done(id);
  expect((await ask(`/${FLUX}/requests/${id}`)).status).toBe(200);
  await sandbox.control.configure({ cancelRunning: 'stops' });
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { FalFault } from './faults.ts';
import { createFalKeys, signWebhook } from './keys.ts';
import { SANDBOX_FAL_KEY, startFalSandbox, type FalSandbox } from './server.ts';
import { receiveWebhooks, until, verifyWebhook, type Received, type Receiver } from './testing.ts';

const FLUX = 'fal-ai/flux-lora';
const RETRIES = { backoffSeconds: 0.05, firstTimeoutSeconds: 5, retryTimeoutSeconds: 5 };
let sandbox: FalSandbox;
const hooks: Receiver[] = [];

beforeAll(async () => {
  sandbox = await startFalSandbox({
    settings: {
      timing: { trainingSeconds: 0.1, imageSeconds: 0, queueSeconds: 0 },
      webhooks: RETRIES,
    },
  });
});
afterEach(async () => {
  for (const hook of hooks.splice(0)) hook.close();
  await sandbox.control.reset();
  await sandbox.control.configure({
    webhooks: { ...RETRIES, maxRetries: 31 },
    retention: { seconds: 3600 },
  });
});
afterAll(() => sandbox.close());

async function listen(answer?: (nth: number) => number | null): Promise<Receiver> {
  const hook = await receiveWebhooks(answer);
  hooks.push(hook);
  return hook;
}

async function submit(hook: Receiver, input: object = { prompt: 'a lake' }): Promise<string> {
  const response = await fetch(`${sandbox.url}/${FLUX}?fal_webhook=${encodeURIComponent(hook.url)}`, {
    method: 'POST',
    headers: { authorization: `Key ${SANDBOX_FAL_KEY}` },
    body: JSON.stringify(input),
  });
  return z.object({ request_id: z.uuid() }).parse(JSON.parse(await response.text())).request_id;
}

/** The first webhook of a job that was spoiled like this. */
async function spoiled(...faults: FalFault[]): Promise<{ id: string; webhook: Received; hook: Receiver }> {
  for (const fault of faults) await sandbox.control.addFault({ fault });
  const hook = await listen((nth) => (nth === 1 ? 500 : 200));
  const id = await submit(hook);
  const [webhook] = await hook.count(1);
  if (webhook === undefined) throw new Error('no webhook came');
  return { id, webhook, hook };
}

const bodyOf = (webhook: Received | undefined): unknown => JSON.parse(webhook?.raw.toString() ?? 'null');

const attemptsOf = (id: string, wanted: number) =>
  until(async () => {
    const lines = await sandbox.control.webhooks({ requestId: id });
    return lines.length >= wanted && lines;
  });

test('attempts go on until one is acknowledged, each signed anew over the same bytes', async () => {
  const hook = await listen((nth) => (nth < 4 ? 500 : 204));
  const id = await submit(hook);
  const received = await hook.count(4);
  for (const webhook of received) expect(await verifyWebhook(webhook, sandbox.jwksUrl)).toBe('valid');
  expect(new Set(received.map((webhook) => webhook.raw.toString())).size).toBe(1);
  const lines = await attemptsOf(id, 4);
  expect(lines.map((line) => line.outcome)).toEqual([
    'to be retried',
    'to be retried',
    'to be retried',
    'acknowledged',
  ]);
  expect(lines.every((line) => line.job === 'order-1')).toBe(true);
  await until(async () => (await sandbox.control.paidJobs({ requestId: id }))[0]?.webhookDone);
});

test('the pauses grow and end with the retries', async () => {
  await sandbox.control.configure({ webhooks: { maxRetries: 3, backoffSeconds: 0.1 } });
  const hook = await listen(() => 503);
  const id = await submit(hook);
  await until(async () => (await sandbox.control.paidJobs({ requestId: id }))[0]?.webhookDone);
  const lines = await sandbox.control.webhooks({ requestId: id });
  expect(lines.map((line) => line.attempt)).toEqual([1, 2, 3, 4]);
  expect(lines.at(-1)?.outcome).toBe('given up');
  const at = lines.map((line) => Date.parse(line.at));
  const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  expect(pauses[0]).toBeGreaterThanOrEqual(95);
  expect(pauses[1]).toBeGreaterThanOrEqual(190);
  expect(pauses[2]).toBeGreaterThanOrEqual(380);
});

test('a redirect is final and not followed', async () => {
  const hook = await listen(() => 302);
  const id = await submit(hook);
  await until(async () => (await sandbox.control.paidJobs({ requestId: id }))[0]?.webhookDone);
  expect(hook.received).toHaveLength(1);
  expect((await sandbox.control.webhooks({ requestId: id }))[0]).toMatchObject({
    status: 302,
    outcome: 'refused for good',
  });
});

test('an endpoint that does not answer in time gets a second attempt', async () => {
  await sandbox.control.configure({ webhooks: { firstTimeoutSeconds: 0.1 } });
  const hook = await listen((nth) => (nth === 1 ? null : 200));
  const id = await submit(hook);
  await hook.count(2);
  const lines = await attemptsOf(id, 2);
  expect(lines[0]).toMatchObject({ status: null, error: expect.stringContaining('timeout') });
});

test('attempts stop when the result expires', async () => {
  await sandbox.control.configure({ retention: { seconds: 0.3 }, webhooks: { backoffSeconds: 0.2 } });
  const hook = await listen(() => 500);
  const id = await submit(hook);
  await until(async () => (await sandbox.control.paidJobs({ requestId: id }))[0]?.webhookDone);
  expect((await sandbox.control.webhooks({ requestId: id })).length).toBeLessThanOrEqual(2);
});

test('lost for good, or only at first', async () => {
  await sandbox.control.addFault({ fault: { kind: 'webhook_lost' } });
  const hook = await listen();
  const id = await submit(hook);
  await until(async () => (await sandbox.control.paidJobs({ requestId: id }))[0]?.webhookDone);
  expect(hook.received).toHaveLength(0);
  await sandbox.control.addFault({ fault: { kind: 'webhook_lost', attempts: 2 } });
  const second = await submit(hook);
  await hook.count(1);
  expect((await attemptsOf(second, 3)).map((line) => line.outcome)).toEqual([
    'lost on purpose',
    'lost on purpose',
    'acknowledged',
  ]);
});

test('repeated five times', async () => {
  await sandbox.control.addFault({ fault: { kind: 'webhook_repeated', count: 5 } });
  const hook = await listen();
  const id = await submit(hook);
  const received = await hook.count(5);
  expect(received.map((webhook) => webhook.headers['x-fal-webhook-request-id'])).toEqual(Array(5).fill(id));
});

test('before the submit is answered', async () => {
  await sandbox.control.configure({ timing: { queueSeconds: 5 } });
  await sandbox.control.addFault({ fault: { kind: 'webhook_early' } });
  const hook = await listen();
  const id = await submit(hook);
  expect(hook.received).toHaveLength(1);
  expect(bodyOf(hook.received[0])).toMatchObject({ request_id: id, status: 'OK' });
  await sandbox.control.configure({ timing: { queueSeconds: 0 } });
});

test('late', async () => {
  await sandbox.control.addFault({ fault: { kind: 'webhook_late', seconds: 0.3 } });
  const hook = await listen();
  const started = Date.now();
  await submit(hook);
  await hook.count(1);
  expect(Date.now() - started).toBeGreaterThanOrEqual(295);
});

test('wrong signature, no signature, altered body', async () => {
  const forged = await spoiled({ kind: 'webhook_wrong_signature' });
  expect(await verifyWebhook(forged.webhook, sandbox.jwksUrl)).toBe('bad signature');
  const unsigned = await spoiled({ kind: 'webhook_unsigned' });
  expect(await verifyWebhook(unsigned.webhook, sandbox.jwksUrl)).toBe('missing header');
  const altered = await spoiled({ kind: 'webhook_altered' });
  expect(await verifyWebhook(altered.webhook, sandbox.jwksUrl)).toBe('bad signature');
  expect(bodyOf(altered.webhook)).toMatchObject({ request_id: altered.id, altered: true });
});

test('spoiled at first, genuine when repeated', async () => {
  const { webhook, hook } = await spoiled({ kind: 'webhook_wrong_signature', attempts: 1 });
  expect(await verifyWebhook(webhook, sandbox.jwksUrl)).toBe('bad signature');
  const [, again] = await hook.count(2);
  expect(again && (await verifyWebhook(again, sandbox.jwksUrl))).toBe('valid');
});

test.each([-301, 301])('stale by %i seconds, though signed well', async (seconds) => {
  const { webhook } = await spoiled({ kind: 'webhook_stale', seconds });
  expect(await verifyWebhook(webhook, sandbox.jwksUrl)).toBe('too old');
  const drift = Number(webhook.headers['x-fal-webhook-timestamp']) - Date.now() / 1000;
  expect(Math.abs(drift - seconds)).toBeLessThan(3);
});

test('a rotated key: the JWKS read before no longer fits, the new one does', async () => {
  const before: unknown = await (await fetch(sandbox.jwksUrl)).json();
  const { webhook } = await spoiled({ kind: 'webhook_rotated_key' });
  expect(await (await fetch(sandbox.jwksUrl)).json()).not.toEqual(before);
  expect(await verifyWebhook(webhook, sandbox.jwksUrl)).toBe('valid');
});

test("somebody else's job, genuinely signed; and header and body that disagree", async () => {
  const foreign = await spoiled({ kind: 'webhook_foreign' });
  expect(await verifyWebhook(foreign.webhook, sandbox.jwksUrl)).toBe('valid');
  const stranger = foreign.webhook.headers['x-fal-webhook-request-id'];
  expect(stranger).not.toBe(foreign.id);
  expect(bodyOf(foreign.webhook)).toMatchObject({ request_id: stranger });
  const mismatch = await spoiled({ kind: 'webhook_mismatch' });
  expect(await verifyWebhook(mismatch.webhook, sandbox.jwksUrl)).toBe('valid');
  expect(mismatch.webhook.headers['x-fal-webhook-request-id']).toBe(mismatch.id);
  expect(bodyOf(mismatch.webhook)).not.toMatchObject({ request_id: mismatch.id });
});

test('payload_error with a null payload, another gateway id', async () => {
  const empty = await spoiled({ kind: 'webhook_payload_error' }, { kind: 'webhook_gateway_id' });
  const body = bodyOf(empty.webhook);
  expect(body).toMatchObject({ request_id: empty.id, status: 'OK', payload: null });
  expect(body).toMatchObject({ payload_error: expect.stringContaining('not JSON serializable') });
  expect(body).not.toMatchObject({ gateway_request_id: empty.id });
});

test('a webhook can be sent again, spoiled or not', async () => {
  const hook = await listen();
  const id = await submit(hook);
  await hook.count(1);
  await sandbox.control.sendWebhook(id);
  const line = await sandbox.control.sendWebhook(id, [{ kind: 'webhook_stale', seconds: -400 }]);
  expect(line).toMatchObject({ outcome: 'acknowledged', faults: ['webhook_stale'] });
  expect(hook.received).toHaveLength(3);
});

test('tests can sign for themselves: genuine through the control, with keys of their own, or as a forger', async () => {
  const body = '{"request_id":"r"}';
  const seen = async (headers: Record<string, string>, jwksUrl = sandbox.jwksUrl) =>
    verifyWebhook({ headers, raw: Buffer.from(body) }, jwksUrl);
  expect(await seen(await sandbox.control.sign(body, { requestId: 'r' }))).toBe('valid');
  expect(await seen(signWebhook(body, { requestId: 'r' }))).toBe('bad signature');
  const keys = createFalKeys();
  const jwks = `data:application/json,${encodeURIComponent(JSON.stringify(keys.jwks()))}`;
  expect(await seen(signWebhook(body, { requestId: 'r', key: keys.current() }), jwks)).toBe('valid');
  const old = keys.current();
  keys.rotate({ keepOld: true });
  expect(keys.jwks().keys.map((key) => key.kid)).toContain(old.kid);
  keys.rotate();
  expect(keys.jwks().keys).toHaveLength(1);
});

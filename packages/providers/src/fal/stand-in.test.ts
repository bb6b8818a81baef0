import { SANDBOX_FAL_KEY, startFalSandbox, type FalSandbox } from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createFalClient, type FalClient } from './client.ts';
import { falErrorReason } from './errors.ts';
import { createWebhookVerifier } from './webhook.ts';

let fal: FalSandbox;
let client: FalClient;
const model = 'fal-ai/flux-lora';

beforeAll(async () => {
  fal = await startFalSandbox({ settings: { timing: { imageSeconds: 0.2, queueSeconds: 0.1 } } });
  client = createFalClient({
    config: { apiKey: SANDBOX_FAL_KEY, queueUrl: fal.url, restUrl: fal.url, elsewhere: true },
    log: silentLogger,
  });
});
afterAll(async () => {
  await fal.close();
});
beforeEach(async () => {
  await fal.control.reset();
});

const submit = async (prompt = 'a cat') => {
  const outcome = await client.submit(model, { prompt, image_size: { width: 64, height: 64 } });
  if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
  return outcome.requestId;
};
const finished = (requestId: string) =>
  vi.waitFor(async () => {
    const status = await client.status(model, requestId, { logs: true });
    expect(status.kind).toBe('completed');
    return status;
  });

test('a picture from submit to file', async () => {
  const requestId = await submit();
  expect(['queued', 'running']).toContain((await client.status(model, requestId)).kind);
  await finished(requestId);
  const result = await client.result(model, requestId);
  expect(result).toMatchObject({ kind: 'ok', output: { images: [{ url: expect.any(String) }] } });
  if (result.kind !== 'ok') return;
  const url = /"url":"([^"]+)"/.exec(JSON.stringify(result.output))?.[1] ?? '';
  const file = await client.download(url, { maxBytes: 1_000_000 });
  expect(file).toMatchObject({ kind: 'ok', contentType: 'image/jpeg' });
});

test('a failed job is completed with an error, its reason is in the result', async () => {
  const requestId = await submit('sandbox:policy');
  expect(await finished(requestId)).toMatchObject({ kind: 'completed', error: expect.any(String) });
  const result = await client.result(model, requestId);
  expect(result).toMatchObject({ kind: 'failed', status: 422 });
  expect(result.kind === 'failed' && falErrorReason(result.errors, result.status)).toBe('content_policy');
});

test('an answer lost after the job was made is unclear, and there is one job', async () => {
  await fal.control.addFault({ fault: { kind: 'reset', afterJob: true } });
  expect(await client.submit(model, { prompt: 'x' })).toMatchObject({ kind: 'unclear' });
  expect(await fal.control.paidJobs()).toHaveLength(1);
});

test('a locked account and a 503 make no job', async () => {
  await fal.control.lock('Exhausted balance.');
  expect(await client.submit(model, { prompt: 'x' })).toMatchObject({ kind: 'refused', reason: 'locked' });
  await fal.control.lock(null);
  expect(await client.submit(model, { prompt: 'sandbox:503' })).toMatchObject({ kind: 'not-sent' });
  expect(await fal.control.paidJobs()).toHaveLength(0);
});

test('cancel, expiry, strangers', async () => {
  const requestId = await submit('sandbox:hang');
  expect(await client.cancel(model, requestId)).toEqual({ kind: 'requested' });
  const done = await submit();
  await finished(done);
  expect(await client.cancel(model, done)).toEqual({ kind: 'completed' });
  await fal.control.expire(done);
  expect(await client.result(model, done)).toEqual({ kind: 'gone' });
  const stranger = '00000000-0000-4000-8000-000000000000';
  expect(await client.status(model, stranger)).toEqual({ kind: 'not-found' });
  expect(await client.cancel(model, stranger)).toEqual({ kind: 'not-found' });
});

test('an upload can be fetched again, and webhooks verify before and after a new key', async () => {
  const upload = await client.uploadFile(Buffer.from('a small archive'), {
    fileName: 'photos.zip',
    contentType: 'application/zip',
  });
  if (upload.kind !== 'ok') throw new Error(upload.kind);
  expect(await client.download(upload.url, { maxBytes: 100 })).toMatchObject({
    kind: 'ok',
    data: Buffer.from('a small archive'),
  });

  let clock = 0;
  const verifier = createWebhookVerifier({ jwksUrl: fal.jwksUrl, monotonic: () => clock });
  const rawBody = Buffer.from('{"request_id":"r"}');
  const headers = async () => await fal.control.sign(rawBody.toString(), { requestId: 'r' });
  expect(await verifier.verify({ headers: await headers(), rawBody })).toBe('ok');
  await fal.control.rotateKeys();
  clock += 60_000;
  expect(await verifier.verify({ headers: await headers(), rawBody })).toBe('ok');
});

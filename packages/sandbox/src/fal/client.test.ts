import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFalClient, ValidationError } from '@fal-ai/client';
import sharp from 'sharp';
import { SANDBOX_FAL_KEY, startFalSandbox, type FalSandbox } from './server.ts';
import { readLora } from './lora.ts';
import { clientOf, photoZip, receiveWebhooks, until, verifyWebhook } from './testing.ts';

const PORTRAIT = 'fal-ai/flux-lora-portrait-trainer';
const FLUX = 'fal-ai/flux-lora';
let sandbox: FalSandbox;

beforeAll(async () => {
  sandbox = await startFalSandbox({
    settings: { timing: { trainingSeconds: 0.4, imageSeconds: 0.1, queueSeconds: 0.1 } },
  });
});
afterAll(() => sandbox.close());

async function upload(count = 5): Promise<string> {
  const zip = await photoZip(count);
  return clientOf(sandbox.url).storage.upload(new Blob([new Uint8Array(zip)], { type: 'application/zip' }));
}

test('a training and a picture: upload, queue, webhook, result', async () => {
  const fal = clientOf(sandbox.url);
  const hook = await receiveWebhooks();
  const submitted = await fal.queue.submit(PORTRAIT, {
    input: { images_data_url: await upload(), trigger_phrase: 'ohwx', steps: 1000 },
    webhookUrl: hook.url,
  });
  expect(submitted).toMatchObject({ status: 'IN_QUEUE', queue_position: expect.any(Number) });

  const [webhook] = await hook.count(1);
  hook.close();
  expect(webhook && (await verifyWebhook(webhook, sandbox.jwksUrl))).toBe('valid');
  expect(webhook?.path).toBe('/hook?job=order-1&token=t');
  const body: unknown = JSON.parse(webhook?.raw.toString() ?? '');
  const trained = await fal.queue.result(PORTRAIT, { requestId: submitted.request_id });
  expect(trained.requestId).toBe(submitted.request_id);
  expect(body).toEqual({
    request_id: submitted.request_id,
    gateway_request_id: submitted.request_id,
    status: 'OK',
    payload: trained.data,
  });

  const { url, file_size: size } = trained.data.diffusers_lora_file;
  const weights = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(weights.length).toBe(size);
  expect(readLora(weights)).toMatchObject({ base: 'flux1', trigger: 'ohwx', steps: 1000 });
  const config = await (await fetch(trained.data.config_file.url)).text();
  expect(JSON.parse(config)).toMatchObject({ trigger_phrase: 'ohwx', image_count: 5 });

  const picture = await fal.subscribe(FLUX, {
    input: { prompt: 'портрет ohwx в саду', loras: [{ path: url }], seed: 7, image_size: 'portrait_4_3' },
    pollInterval: 50,
  });
  expect(picture.data).toMatchObject({ seed: 7, has_nsfw_concepts: [false], prompt: 'портрет ohwx в саду' });
  const [image] = picture.data.images;
  const bytes = Buffer.from(await (await fetch(image?.url ?? '')).arrayBuffer());
  expect(await sharp(bytes).metadata()).toMatchObject({ width: 768, height: 1024, format: 'jpeg' });
});

test('subscribe by polling tells logs with a progress bar that a program can read', async () => {
  const told: string[] = [];
  await clientOf(sandbox.url).subscribe(PORTRAIT, {
    input: { images_data_url: await upload(), steps: 2500 },
    logs: true,
    pollInterval: 30,
    onQueueUpdate: (update) => {
      if (update.status === 'IN_PROGRESS') told.push(...update.logs.map((line) => line.message));
    },
  });
  const bars = told.map((line) =>
    /(\d+)%\|.{10}\| (\d+)\/2500 \[(\d\d:\d\d)<(\d\d:\d\d|\?), .*it\/s\]/u.exec(line),
  );
  expect(bars.filter((bar) => bar !== null).length).toBeGreaterThan(3);
});

test('subscribe by streaming sees each state and each log line once', async () => {
  const states = new Set<string>();
  let lines: string[] = [];
  const trained = await clientOf(sandbox.url).subscribe(PORTRAIT, {
    input: { images_data_url: await upload(), steps: 100 },
    logs: true,
    mode: 'streaming',
    onQueueUpdate: (update) => {
      states.add(update.status);
      if ('logs' in update) lines = update.logs.map((line) => line.message);
    },
  });
  expect([...states]).toEqual(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']);
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines.at(-1)).toBe('Saving LoRA weights');
  expect(trained.data.config_file.content_type).toBe('application/json');
});

test('a Blob inside the input is uploaded by the client and used by the model', async () => {
  const zip = new Blob([new Uint8Array(await photoZip(4))], { type: 'application/zip' });
  const trained = await clientOf(sandbox.url).subscribe('fal-ai/turbo-flux-trainer', {
    input: { images_data_url: zip },
    pollInterval: 30,
  });
  expect(trained.data.diffusers_lora_file.url).toContain(sandbox.url);
});

test('the client aimed by its fetch or its proxy mode reaches the same routes', async () => {
  const aimed = createFalClient({
    credentials: SANDBOX_FAL_KEY,
    fetch: (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      return fetch(
        url.hostname.startsWith('127.') ? url : `${sandbox.url}${url.pathname}${url.search}`,
        init,
      );
    },
  });
  const proxied = createFalClient({
    credentials: SANDBOX_FAL_KEY,
    proxyUrl: { url: `${sandbox.url}/api/fal/proxy`, when: 'always' },
  });
  for (const fal of [aimed, proxied]) {
    const { request_id: requestId } = await fal.queue.submit(FLUX, { input: { prompt: 'a lake' } });
    await until(async () => (await fal.queue.status(FLUX, { requestId })).status === 'COMPLETED');
    expect((await fal.queue.result(FLUX, { requestId })).data.images).toHaveLength(1);
  }
});

test("a model's refusal is a ValidationError at result time, and an ERROR webhook", async () => {
  const fal = clientOf(sandbox.url);
  const hook = await receiveWebhooks();
  const { request_id: requestId } = await fal.queue.submit(PORTRAIT, {
    input: { images_data_url: 'http://127.0.0.1:9/nothing.zip' },
    webhookUrl: hook.url,
  });
  const [webhook] = await hook.count(1);
  hook.close();
  const body: unknown = JSON.parse(webhook?.raw.toString() ?? '');
  expect(body).toMatchObject({
    status: 'ERROR',
    error: 'Invalid status code: 422',
    payload: { detail: [{ type: 'file_download_error', loc: ['body', 'images_data_url'] }] },
  });
  const refusal: unknown = await fal.queue.result(PORTRAIT, { requestId }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ValidationError);
  expect(refusal).toMatchObject({ status: 422, requestId });
  expect(await fal.queue.status(PORTRAIT, { requestId })).toMatchObject({
    status: 'COMPLETED',
    error: 'Invalid status code: 422',
    error_type: 'file_download_error',
  });
});

test('cancel: a running job stops, a finished one says so, an unknown one is not found', async () => {
  const fal = clientOf(sandbox.url);
  await sandbox.control.configure({ timing: { trainingSeconds: 60 } });
  const { request_id: requestId } = await fal.queue.submit(PORTRAIT, {
    input: { images_data_url: await upload() },
  });
  await until(async () => (await fal.queue.status(PORTRAIT, { requestId })).status === 'IN_PROGRESS');
  await fal.queue.cancel(PORTRAIT, { requestId });
  await until(async () => (await fal.queue.status(PORTRAIT, { requestId })).status === 'COMPLETED');
  await expect(fal.queue.result(PORTRAIT, { requestId })).rejects.toMatchObject({
    status: 499,
    body: { error_type: 'client_cancelled' },
  });
  await expect(fal.queue.cancel(PORTRAIT, { requestId })).rejects.toMatchObject({
    status: 400,
    body: { status: 'ALREADY_COMPLETED' },
  });
  const unknown = { requestId: '11111111-2222-4333-8444-555555555555' };
  await expect(fal.queue.cancel(PORTRAIT, unknown)).rejects.toMatchObject({
    status: 404,
    body: { status: 'NOT_FOUND' },
  });
  expect((await sandbox.control.cancels()).map((line) => line.answer)).toEqual([
    'CANCELLATION_REQUESTED',
    'ALREADY_COMPLETED',
    'NOT_FOUND',
  ]);
  await sandbox.control.configure({ timing: { trainingSeconds: 0.4 } });
});

test('a lost submit answer makes the client pay twice: both jobs are in the journal', async () => {
  await sandbox.control.addFault({
    fault: { kind: 'http', status: 503, afterJob: true },
    model: FLUX,
    text: 'twice',
  });
  await clientOf(sandbox.url).queue.submit(FLUX, { input: { prompt: 'paid twice' } });
  const jobs = await sandbox.control.paidJobs({ model: FLUX });
  const digests = jobs.map((job) => job.inputDigest);
  expect(digests.filter((digest) => digest === digests.at(-1))).toHaveLength(2);
});

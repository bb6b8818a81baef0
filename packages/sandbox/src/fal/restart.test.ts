import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFalControl } from './control-client.ts';
import { SANDBOX_FAL_KEY, startFalSandbox } from './server.ts';
import { clientOf, photoZip, receiveWebhooks, until, verifyWebhook } from './testing.ts';

const PORTRAIT = 'fal-ai/flux-lora-portrait-trainer';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fal-restart-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('with a folder, files, jobs, webhooks still owed and the signing key outlive the process', async () => {
  const settings = { timing: { trainingSeconds: 0.1, imageSeconds: 0, queueSeconds: 0 } };
  const hook = await receiveWebhooks((nth) => (nth === 1 ? 500 : 200));
  const first = await startFalSandbox({ dataDir: folder, settings });
  const port = Number(new URL(first.url).port);
  const fal = clientOf(first.url);
  const archive = await fal.storage.upload(new Blob([new Uint8Array(await photoZip(4))]));
  const done = await fal.queue.submit(PORTRAIT, {
    input: { images_data_url: archive },
    webhookUrl: hook.url,
  });
  await hook.count(1);
  const trained = await fal.queue.result(PORTRAIT, { requestId: done.request_id });
  await first.control.configure({ timing: { trainingSeconds: 600 } });
  const half = await fal.queue.submit(PORTRAIT, { input: { images_data_url: archive } });
  await until(
    async () => (await first.control.paidJobs({ requestId: half.request_id }))[0]?.state === 'IN_PROGRESS',
  );
  const jwks = await (await fetch(first.jwksUrl)).text();
  await first.close();

  const second = await startFalSandbox({ dataDir: folder, port, settings });
  const [, webhook] = await hook.count(2);
  expect(webhook && (await verifyWebhook(webhook, second.jwksUrl))).toBe('valid');
  expect(await (await fetch(second.jwksUrl)).text()).toBe(jwks);
  expect((await fal.queue.result(PORTRAIT, { requestId: done.request_id })).data).toEqual(trained.data);
  const requestId = half.request_id;
  await until(async () => (await fal.queue.status(PORTRAIT, { requestId })).status === 'COMPLETED');
  const { url } = (await fal.queue.result(PORTRAIT, { requestId })).data.diffusers_lora_file;
  expect((await fetch(url)).status).toBe(200);
  expect(await second.control.paidJobs()).toHaveLength(2);
  hook.close();
  await second.close();
});

test('as its own process: arguments in, address out, ends on SIGTERM', { timeout: 20_000 }, async () => {
  const main = path.join(import.meta.dirname, 'main.ts');
  const options = [
    '--key',
    'me:secret',
    '--image-seconds',
    '0',
    '--queue-seconds',
    '0',
    '--time-scale',
    '60',
  ];
  const child = spawn(process.execPath, ['--conditions=@aisha/source', main, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve) => {
    lines.on('line', (line) => resolve(/http:\S+/u.exec(line)?.[0] ?? ''));
  });
  const drawn = await clientOf(url, 'me:secret').subscribe('fal-ai/flux-lora', {
    input: { prompt: 'a lake' },
    pollInterval: 20,
  });
  expect(drawn.data.images).toHaveLength(1);
  await expect(
    clientOf(url, SANDBOX_FAL_KEY).queue.submit('fal-ai/flux-lora', { input: { prompt: 'x' } }),
  ).rejects.toMatchObject({ status: 401 });
  expect(await createFalControl(url).settings()).toMatchObject({
    timeScale: 60,
    timing: { imageSeconds: 0 },
  });
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
});

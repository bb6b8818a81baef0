import { afterAll, beforeAll, expect, test } from 'vitest';
import sharp from 'sharp';
import { startFalSandbox, type FalSandbox } from './server.ts';
import { readLora } from './lora.ts';
import { clientOf, photoZip, receiveWebhooks, verifyWebhook } from './testing.ts';

let sandbox: FalSandbox;
const PORTRAIT = 'fal-ai/flux-lora-portrait-trainer';

beforeAll(async () => {
  sandbox = await startFalSandbox({
    settings: { timing: { trainingSeconds: 0.4, imageSeconds: 0.1, queueSeconds: 0.1 } },
  });
});
afterAll(() => sandbox.close());

test('a training and a picture through the client: upload, queue, webhook, result', async () => {
  const fal = clientOf(sandbox.url);
  const hook = await receiveWebhooks();
  const archive = await fal.storage.upload(new Blob([new Uint8Array(await photoZip(5))], { type: 'application/zip' }));
  const submitted = await fal.queue.submit(PORTRAIT, {
    input: { images_data_url: archive, trigger_phrase: 'ohwx', steps: 1000 },
    webhookUrl: hook.url,
  });
  expect(submitted).toMatchObject({ status: 'IN_QUEUE', queue_position: expect.any(Number) });

  const [webhook] = await hook.count(1);
  hook.close();
  expect(webhook && (await verifyWebhook(webhook, sandbox.jwksUrl))).toBe('valid');
  const body: unknown = JSON.parse(webhook?.raw.toString() ?? '');
  expect(body).toMatchObject({ request_id: submitted.request_id, status: 'OK' });

  const trained = await fal.queue.result(PORTRAIT, { requestId: submitted.request_id });
  expect(body).toMatchObject({ payload: trained.data });
  const { url } = trained.data.diffusers_lora_file;
  const weights = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(readLora(weights)).toMatchObject({ base: 'flux1', trigger: 'ohwx', steps: 1000 });

  const picture = await fal.subscribe('fal-ai/flux-lora', {
    input: { prompt: 'портрет ohwx в саду', loras: [{ path: url }], seed: 7, image_size: 'portrait_4_3' },
    pollInterval: 50,
  });
  expect(picture.data).toMatchObject({ seed: 7, has_nsfw_concepts: [false], prompt: 'портрет ohwx в саду' });
  const [image] = picture.data.images;
  const bytes = Buffer.from(await (await fetch(image?.url ?? '')).arrayBuffer());
  expect(await sharp(bytes).metadata()).toMatchObject({ width: 768, height: 1024, format: 'jpeg' });
});

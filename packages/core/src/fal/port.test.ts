import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createFalClient, type FalClient } from '@aisha/providers';
import { SANDBOX_FAL_KEY, startFalSandbox } from '@aisha/sandbox';
import { silentLogger } from '@aisha/service';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import yazl from 'yazl';
import { wholeModel } from '../avatars/model-file.ts';
import { ASPECTS } from '../images/aspects.ts';
import { animatorFor, editorFor, generatorFor, trainerFor, upscalerFor } from './models/index.ts';
import { createSimulatedFal } from './simulated.ts';

const models = {
  portrait: 'flux-lora-portrait',
  style: 'flux-lora-style',
  image: 'flux-lora',
  imageBest: 'flux-pro-ultra',
  instant: 'nano-banana-2',
  instantBest: 'nano-banana-pro',
  edit: 'nano-banana-2',
  upscale: 'seedvr',
  video: 'ltx-2.3',
};
const generator = generatorFor(null, models);
const trainer = trainerFor('portrait', models);
const legacy = {
  mode: 'character',
  iterations: 500,
  priority: 'quality',
  triggerWord: 'TOK',
  loraRank: 32,
  finetuneType: 'full',
};
const imageInput = generator.buildInput({
  prompt: 'a lighthouse',
  model: null,
  size: { width: 256, height: 128 },
  aspect: '16:9',
  count: 2,
  seed: 7,
});
const roomy = { maxBytes: 10_000_000 };
const seconds = { trainingSeconds: 0.5, imageSeconds: 0.5 };

/** What the product needs of FAL, whoever stands in for it; each starts anew and says how it is stopped. */
const implementations: [
  string,
  () => Promise<{ client: FalClient; archiveUrl: string; close(): Promise<void> }>,
][] = [
  [
    'the real one',
    async () => {
      const fal = await startFalSandbox({
        settings: { timing: { ...seconds, queueSeconds: 0 }, minimumImages: 1 },
      });
      const config = { apiKey: SANDBOX_FAL_KEY, queueUrl: fal.url, restUrl: fal.url, elsewhere: true };
      const client = createFalClient({ config, log: silentLogger });
      return { client, archiveUrl: await archive(client), close: () => fal.close() };
    },
  ],
  [
    'the simulated one',
    async () => {
      const client = createSimulatedFal({ training: seconds.trainingSeconds, image: seconds.imageSeconds });
      return { client, archiveUrl: await archive(client), close: () => Promise.resolve() };
    },
  ],
];

/** A zip of ten pictures, uploaded as the product does it. */
async function archive(client: FalClient): Promise<string> {
  const zip = new yazl.ZipFile();
  for (let n = 0; n < 10; n += 1) {
    const background = { r: n * 20, g: 90, b: 200 - n * 20 };
    const photo = await sharp({ create: { width: 600, height: 600, channels: 3, background } })
      .jpeg()
      .toBuffer();
    zip.addBuffer(photo, `${n}.jpg`);
  }
  zip.end();
  const bytes = await buffer(zip.outputStream);
  const stream = Readable.from([bytes.subarray(0, 1_000), bytes.subarray(1_000)], { objectMode: false });
  const upload = await client.uploadFile(
    { stream, bytes: bytes.length },
    { fileName: 'photos.zip', contentType: 'application/zip', expiresS: 600 },
  );
  if (upload.kind !== 'ok') throw new Error(upload.kind);
  expect(stream.destroyed).toBe(true);
  return upload.url;
}

describe.each(implementations)('FAL by %s', (_name, start) => {
  let fal: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    fal = await start();
  });
  afterAll(() => fal.close());

  async function submitted(model: string, input: Readonly<Record<string, unknown>>): Promise<string> {
    const outcome = await fal.client.submit(model, input);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    return outcome.requestId;
  }
  const completed = (model: string, requestId: string) =>
    vi.waitFor(
      async () => {
        const status = await fal.client.status(model, requestId, { logs: true });
        expect(status).toMatchObject({ kind: 'completed', error: null, errorType: null });
      },
      { timeout: 10_000 },
    );
  async function resultOf(model: string, requestId: string): Promise<unknown> {
    await completed(model, requestId);
    const result = await fal.client.result(model, requestId);
    if (result.kind !== 'ok') throw new Error(result.kind);
    return result.output;
  }

  test('an image, from submit to files of the size that was asked', async () => {
    const requestId = await submitted(generator.endpoint, imageInput);
    expect(['queued', 'running']).toContain((await fal.client.status(generator.endpoint, requestId)).kind);
    expect(await fal.client.result(generator.endpoint, requestId)).toMatchObject({
      kind: 'unavailable',
      account: false,
    });
    const answer = generator.readOutput(await resultOf(generator.endpoint, requestId));
    expect(answer).toMatchObject({ seed: '7', images: [{ flagged: false }, { flagged: false }] });
    for (const { url } of answer?.images ?? []) {
      const file = await fal.client.download(url, roomy);
      if (file.kind !== 'ok') throw new Error(file.kind);
      expect(file.contentType).toBe('image/jpeg');
      expect(await sharp(file.data).metadata()).toMatchObject({ width: 256, height: 128, format: 'jpeg' });
      const streamed = await fal.client.downloadTo(url, (body) => buffer(body), roomy);
      expect(streamed).toEqual({ kind: 'ok', contentType: 'image/jpeg', taken: file.data });
    }
    expect(await fal.client.cancel(generator.endpoint, requestId)).toEqual({ kind: 'completed' });
    expect(await fal.client.deleteRequestFiles(requestId)).toEqual({ kind: 'deleted' });
  });

  test('a picture that is sent is drawn from, enlarged and set in motion', async () => {
    const photo = await sharp({ create: { width: 90, height: 120, channels: 3, background: '#3366cc' } })
      .jpeg()
      .toBuffer();
    const sent = await fal.client.uploadFile(photo, {
      fileName: 'photo.jpg',
      contentType: 'image/jpeg',
      expiresS: 600,
    });
    if (sent.kind !== 'ok') throw new Error(sent.kind);
    const fileOf = async (url: string) => {
      const file = await fal.client.download(url, roomy);
      if (file.kind !== 'ok') throw new Error(file.kind);
      return file;
    };
    const run = async (model: string, input: Readonly<Record<string, unknown>>) =>
      resultOf(model, await submitted(model, input));

    const editor = editorFor(models);
    const request = { prompt: 'by the sea', size: ASPECTS['3:4'], aspect: '3:4', count: 1, seed: 7 } as const;
    const drawn = await run(editor.endpoint, editor.buildInput({ ...request, from: [sent.url] }));
    const [image] = editor.readOutput(drawn)?.images ?? [];
    const { width, height } = await sharp((await fileOf(image?.url ?? '')).data).metadata();
    expect(width / height).toBeCloseTo(0.75, 1);

    const upscaler = upscalerFor(models);
    const enlarged = await run(upscaler.endpoint, upscaler.buildInput({ from: sent.url, seed: 7 }));
    expect(await sharp((await fileOf(upscaler.readOutput(enlarged) ?? '')).data).metadata()).toMatchObject({
      width: 90 * upscaler.factor,
      height: 120 * upscaler.factor,
    });

    const animator = animatorFor(models);
    const moving = await run(animator.endpoint, animator.buildInput({ from: sent.url, prompt: 'a smile' }));
    const film = await fileOf(animator.readOutput(moving) ?? '');
    expect([film.contentType, film.data.subarray(4, 8).toString()]).toEqual(['video/mp4', 'ftyp']);
    for (const model of [editor, upscaler, animator]) expect(model.readOutput({ nothing: true })).toBeNull();
  });

  test('a training, from submit to a model file', async () => {
    const input = trainer.buildInput(
      { archiveUrl: fal.archiveUrl, trigger: 'TOK', caption: 'TOK', preset: 'fast', comment: '' },
      legacy,
    );
    const requestId = await submitted(trainer.endpoint, input);
    const model = trainer.readOutput(await resultOf(trainer.endpoint, requestId));
    if (model?.kind !== 'file') throw new Error('no model file');
    const kept = await fal.client.downloadTo(model.url, (body) => buffer(wholeModel(body)), roomy);
    expect(kept).toMatchObject({ kind: 'ok', taken: expect.any(Buffer) });
  });

  test('a file that is not there, and one that is too big', async () => {
    const gone = new URL('/files/b/000000000000000000000000/none.jpg', fal.archiveUrl).href;
    expect(await fal.client.download(gone, roomy)).toMatchObject({ kind: 'gone' });
    expect(await fal.client.downloadTo(gone, (body) => buffer(body), roomy)).toMatchObject({ kind: 'gone' });
    const output = generator.readOutput(
      await resultOf(generator.endpoint, await submitted(generator.endpoint, imageInput)),
    );
    const url = output?.images[0]?.url ?? '';
    expect(await fal.client.download(url, { maxBytes: 10 })).toEqual({ kind: 'too-big', maxBytes: 10 });
    expect(await fal.client.downloadTo(url, (body) => buffer(body), { maxBytes: 10 })).toEqual({
      kind: 'too-big',
      maxBytes: 10,
    });
  });

  test('what a reader of a file throws is thrown', async () => {
    const output = generator.readOutput(
      await resultOf(generator.endpoint, await submitted(generator.endpoint, imageInput)),
    );
    const full = new Error('the disk is full');
    const url = output?.images[0]?.url ?? '';
    await expect(fal.client.downloadTo(url, () => Promise.reject(full), roomy)).rejects.toBe(full);
  });

  test('a request that runs is asked to stop', async () => {
    const requestId = await submitted(generator.endpoint, imageInput);
    expect(await fal.client.cancel(generator.endpoint, requestId)).toEqual({ kind: 'requested' });
  });

  test('an id that it does not know', async () => {
    for (const stranger of [randomUUID(), 'not-an-id', 'e30']) {
      expect(await fal.client.status(generator.endpoint, stranger)).toEqual({ kind: 'not-found' });
      expect(await fal.client.result(generator.endpoint, stranger)).toEqual({ kind: 'gone' });
      expect(await fal.client.cancel(generator.endpoint, stranger)).toEqual({ kind: 'not-found' });
      expect(await fal.client.deleteRequestFiles(stranger)).toEqual({ kind: 'not-found' });
    }
  });

  test('a model that it does not know', async () => {
    expect(await fal.client.submit('fal-ai/no-such-model', { prompt: 'x' })).toMatchObject({
      kind: 'refused',
      reason: 'not-found',
    });
  });
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import sharp, { type Region } from 'sharp';
import { z } from 'zod';
import { readLora, writeLora } from '../lora.ts';
import { photo, zipOf } from '../testing.ts';
import { bytesOf, detail, fullSchema, loraSchema, startModelBench, type ModelBench } from './testing.ts';

let bench: ModelBench;

beforeAll(async () => {
  bench = await startModelBench();
});
afterEach(() => bench.sandbox.control.clearFaults());
afterAll(() => bench.sandbox.close());

test('weights are safetensors that any stand-in can read, wherever they are kept', async () => {
  const bytes = await bytesOf(await bench.trainLora());
  const length = Number(bytes.readBigUInt64LE());
  const header = z
    .record(z.string(), z.looseObject({ data_offsets: z.tuple([z.int(), z.int()]).optional() }))
    .parse(JSON.parse(bytes.toString('utf8', 8, 8 + length)));
  const ends = Object.values(header).map((tensor) => tensor.data_offsets?.[1] ?? 0);
  expect(8 + length + Math.max(...ends)).toBe(bytes.length);
  expect(readLora(bytes)?.photos).toHaveLength(4);
  expect(readLora(bytes.subarray(0, bytes.length - 10))).toBeNull();
  expect(readLora(Buffer.from('not weights at all'))).toBeNull();

  // A copy in another place, as in the product's own bucket.
  const copy = await bench.upload(bytes, 'application/octet-stream');
  const input = { prompt: 'ohwx', loras: [{ path: copy, scale: 0.9 }] };
  expect((await bench.run('fal-ai/flux-lora', input)).status).toBe(200);
});

test('two trainings never give the same weights', () => {
  const lora = { base: 'flux1', trigger: 't', steps: 1, photos: [] } as const;
  const one = writeLora({ ...lora, trainingId: 'a', photos: [] });
  const other = writeLora({ ...lora, trainingId: 'b', photos: [] });
  expect(one.subarray(-500).equals(other.subarray(-500))).toBe(false);
});

test('loras: unreachable, not weights, another base, out of range, too many', async () => {
  const draw = (path: string, scale = 1) =>
    bench.run('fal-ai/flux-lora', { prompt: 'x', loras: [{ path, scale }] });
  const loc = ['body', 'loras', 0, 'path'];
  expect(await draw('http://127.0.0.1:9/lora')).toMatchObject(detail('file_download_error', loc));
  const text = await bench.upload(Buffer.from('hello'), 'text/plain');
  expect(await draw(text)).toMatchObject(detail('value_error', loc));
  const flux2 = await bench.trainLora('fal-ai/flux-2-trainer', { default_caption: 'x' });
  expect(await draw(flux2)).toMatchObject(detail('value_error', loc));
  expect(await draw(flux2, 5)).toMatchObject(detail('less_than_equal', ['body', 'loras', 0, 'scale']));
  const loras = [1, 2, 3, 4].map(() => ({ path: flux2 }));
  expect(await bench.run('fal-ai/flux-2/lora', { prompt: 'x', loras })).toMatchObject(
    detail('sequence_too_long', ['body', 'loras']),
  );
  expect((await bench.run('fal-ai/flux-2/lora', { prompt: 'x', loras: loras.slice(1) })).status).toBe(200);
});

test.each([
  ['square_hd', 1024, 1024],
  ['square', 512, 512],
  ['portrait_16_9', 576, 1024],
  ['landscape_4_3', 1024, 768],
  [{ width: 641, height: 333 }, 641, 333],
  [undefined, 1024, 768],
])('a picture of size %j is really %i×%i', async (size, width, height) => {
  const input = { prompt: 'hills', image_size: size, output_format: 'png' };
  const [image] = fullSchema.parse((await bench.run('fal-ai/flux-lora', input)).body).images;
  expect(image).toMatchObject({ width, height, content_type: 'image/png' });
  expect(await sharp(await bytesOf(image?.url ?? '')).metadata()).toMatchObject({
    width,
    height,
    format: 'png',
  });
});

test.each([
  [{}, 'missing', ['body', 'prompt']],
  [{ prompt: 'x', image_size: 'huge' }, 'one_of', ['body', 'image_size']],
  [{ prompt: 'x', image_size: { width: 0 } }, 'greater_than', ['body', 'image_size', 'width']],
  [{ prompt: 'x', image_size: { width: 9000, height: 9000 } }, 'value_error', ['body', 'image_size']],
  [{ prompt: 'x', num_images: 9 }, 'less_than_equal', ['body', 'num_images']],
  [{ prompt: 'x', output_format: 'gif' }, 'one_of', ['body', 'output_format']],
  [{ prompt: 'x', loras: 'y' }, 'list_type', ['body', 'loras']],
  [{ prompt: 'x', loras: [{}] }, 'missing', ['body', 'loras', 0, 'path']],
])('flux-lora refuses %j', async (input, type, loc) => {
  expect(await bench.run('fal-ai/flux-lora', input)).toMatchObject(detail(type, loc));
});

test('numbers and switches written as text pass, unknown fields and nulls are ignored', async () => {
  const input = {
    prompt: 'x',
    num_images: '2',
    seed: '5',
    sync_mode: 'false',
    image_size: null,
    nonsense: 1,
  };
  const drawn = fullSchema.parse((await bench.run('fal-ai/flux-lora', input)).body);
  expect(drawn).toMatchObject({ seed: 5, has_nsfw_concepts: [false, false] });
});

test('the same seed, prompt and weights give the same bytes; any other gives others', async () => {
  const path = await bench.trainLora();
  const draw = async (input: object): Promise<Buffer> => {
    const answer = await bench.run('fal-ai/flux-lora', {
      prompt: 'ohwx',
      seed: 1,
      loras: [{ path }],
      ...input,
    });
    return bytesOf(fullSchema.parse(answer.body).images[0]?.url ?? '');
  };
  const first = await draw({});
  expect((await draw({})).equals(first)).toBe(true);
  expect((await draw({ seed: 2 })).equals(first)).toBe(false);
  expect((await draw({ prompt: 'ohwx again' })).equals(first)).toBe(false);
  expect((await draw({ loras: [] })).equals(first)).toBe(false);
});

/** Statistics look at the input of a pipeline: the region must be a picture of its own. */
async function regionStats(picture: Buffer, region: Region) {
  return sharp(await sharp(picture).extract(region).png().toBuffer()).stats();
}

test('a person finds the photo again in the picture, and the prompt on it', async () => {
  const zip = await zipOf(
    Object.fromEntries(
      await Promise.all([0, 1, 2, 3].map(async (index) => [`${index}.jpg`, await photo('#c01818')] as const)),
    ),
  );
  const trained = await bench.run('fal-ai/flux-lora-portrait-trainer', {
    images_data_url: await bench.upload(zip),
  });
  const path = loraSchema.parse(trained.body).diffusers_lora_file.url;
  const draw = async (prompt: string): Promise<Buffer> => {
    const input = { prompt, seed: 4, loras: [{ path }], image_size: 'square_hd' };
    const answer = await bench.run('fal-ai/flux-lora', input);
    return bytesOf(fullSchema.parse(answer.body).images[0]?.url ?? '');
  };
  const picture = await draw('Портрет в саду');
  const corner = await regionStats(picture, { left: 30, top: 30, width: 60, height: 60 });
  const [red, green, blue] = corner.channels.map((channel) => channel.mean);
  expect(red).toBeGreaterThan((green ?? 0) + 80);
  expect(red).toBeGreaterThan((blue ?? 0) + 80);
  // The strip along the bottom is dark and carries white letters.
  const strip = await regionStats(picture, { left: 60, top: 900, width: 900, height: 80 });
  expect(strip.channels[0]).toMatchObject({ max: expect.toSatisfy((value: number) => value > 200) });
  expect(strip.channels[0]?.mean).toBeLessThan(110);
});

test('several pictures, and pictures inside the answer', async () => {
  const input = { prompt: 'x', num_images: 3, sync_mode: true, image_size: 'square' };
  const drawn = fullSchema.parse((await bench.run('fal-ai/flux-lora', input)).body);
  const [first, second] = drawn.images.map((image) => image.url);
  expect(drawn.images).toHaveLength(3);
  expect(first).toMatch(/^data:image\/jpeg;base64,/u);
  expect(first).not.toBe(second);
});

test('what the safety checker struck is flagged and black, unless it was switched off', async () => {
  await bench.sandbox.control.addFault({ fault: { kind: 'nsfw' }, operation: 'run', times: 2 });
  const flagged = fullSchema.parse((await bench.run('fal-ai/flux-lora', { prompt: 'x' })).body);
  expect(flagged.has_nsfw_concepts).toEqual([true]);
  const stats = await sharp(await bytesOf(flagged.images[0]?.url ?? '')).stats();
  expect(stats.channels.map((channel) => channel.max)).toEqual([0, 0, 0]);
  const unchecked = await bench.run('fal-ai/flux-lora', { prompt: 'x', enable_safety_checker: false });
  expect(unchecked.body).toMatchObject({ has_nsfw_concepts: [false] });
});

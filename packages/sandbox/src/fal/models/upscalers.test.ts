import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import sharp from 'sharp';
import { z } from 'zod';
import { photo } from '../testing.ts';
import { bytesOf, detail, imageSchema, startModelBench, type ModelBench } from './testing.ts';

let bench: ModelBench;

beforeAll(async () => {
  bench = await startModelBench();
});
afterEach(() => bench.sandbox.control.clearFaults());
afterAll(() => bench.sandbox.close());

test('upscalers enlarge; the largest is refused', async () => {
  const face = await bench.upload(await photo('#3366cc', 200), 'image/jpeg');
  const enlarge = async (model: string, input: object = {}) => {
    const answer = await bench.run(model, { image_url: face, ...input });
    return z.looseObject({ image: imageSchema }).parse(answer.body);
  };
  expect(await enlarge('fal-ai/clarity-upscaler')).toMatchObject({
    image: { width: 400, height: 400 },
    seed: expect.any(Number),
    timings: expect.anything(),
  });
  const aura = await enlarge('fal-ai/aura-sr');
  expect(aura.image).toMatchObject({ width: 800 });
  expect(await sharp(await bytesOf(aura.image.url)).metadata()).toMatchObject({ width: 800, height: 800 });
  expect(Object.keys(await enlarge('fal-ai/esrgan', { scale: 3, output_format: 'jpeg' }))).toEqual(['image']);
  const target = { upscale_mode: 'target', target_resolution: '720p' };
  expect((await enlarge('fal-ai/seedvr/upscale/image', target)).image.height).toBe(720);
  const large = await bench.upload(await photo('#3366cc', 3000), 'image/jpeg');
  expect(await bench.run('fal-ai/aura-sr', { image_url: large })).toMatchObject(
    detail('image_too_large', ['body', 'image_url']),
  );
});

test('nsfw checks say no only when told', async () => {
  const face = await bench.upload(await photo('#3366cc'), 'image/jpeg');
  const probability = z.strictObject({ nsfw_probability: z.number() });
  const calm = probability.parse((await bench.run('fal-ai/imageutils/nsfw', { image_url: face })).body);
  expect(calm.nsfw_probability).toBeLessThan(0.1);
  expect((await bench.run('fal-ai/x-ailab/nsfw', { image_urls: [face, face] })).body).toEqual({
    has_nsfw_concepts: [false, false],
  });
  await bench.sandbox.control.addFault({ fault: { kind: 'nsfw' }, operation: 'run', times: 'always' });
  const alarmed = probability.parse((await bench.run('fal-ai/imageutils/nsfw', { image_url: face })).body);
  expect(alarmed.nsfw_probability).toBeGreaterThan(0.9);
  expect((await bench.run('fal-ai/x-ailab/nsfw', { image_urls: [face] })).body).toEqual({
    has_nsfw_concepts: [true],
  });
});

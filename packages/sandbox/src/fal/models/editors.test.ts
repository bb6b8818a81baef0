import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { photo } from '../testing.ts';
import { detail, fullSchema, imageSchema, startModelBench, type ModelBench } from './testing.ts';

let bench: ModelBench;

beforeAll(async () => {
  bench = await startModelBench();
});
afterEach(() => bench.sandbox.control.clearFaults());
afterAll(() => bench.sandbox.close());

test('models that draw from a picture given with the request: fields and shapes of each family', async () => {
  const face = await bench.upload(await photo('#3366cc'), 'image/jpeg');
  const shapes: [string, object, z.ZodType][] = [
    ['fal-ai/flux-pulid', { reference_image_url: face }, fullSchema],
    ['fal-ai/instant-character', { image_url: face }, fullSchema],
    ['fal-ai/flux-2/edit', { image_urls: [face] }, fullSchema],
    ['fal-ai/flux-lora/image-to-image', { image_url: face }, fullSchema],
    ['fal-ai/flux-pro/kontext', { image_url: face, aspect_ratio: '9:16' }, fullSchema],
    [
      'fal-ai/flux-2-pro/edit',
      { image_urls: [face], image_size: 'auto' },
      z.strictObject({ images: z.array(imageSchema), seed: z.int() }),
    ],
    [
      'fal-ai/bytedance/seedream/v4.5/edit',
      { image_urls: [face] },
      z.strictObject({ images: z.array(imageSchema) }),
    ],
    [
      'fal-ai/pulid',
      { reference_images: [{ image_url: face }] },
      z.strictObject({ images: z.array(imageSchema), seed: z.int() }),
    ],
  ];
  const described = z.strictObject({ images: z.array(imageSchema).length(1), description: z.string() });
  for (const model of ['nano-banana', 'nano-banana-pro', 'nano-banana-2']) {
    shapes.push([`fal-ai/${model}/edit`, { image_urls: [face], aspect_ratio: '1:1' }, described]);
  }
  for (const [model, input, schema] of shapes) {
    const answer = await bench.run(model, { prompt: 'in the garden', ...input });
    expect({ model, ...answer }).toMatchObject({ status: 200 });
    expect({ model, error: schema.safeParse(answer.body).error }).toEqual({ model, error: undefined });
  }
});

test('and what they refuse', async () => {
  const face = await bench.upload(await photo('#3366cc'), 'image/jpeg');
  const broken = await bench.upload(Buffer.from('no picture'), 'image/jpeg');
  expect(await bench.run('fal-ai/nano-banana-2/edit', { prompt: 'x', image_url: face })).toMatchObject(
    detail('missing', ['body', 'image_urls']),
  );
  expect(
    await bench.run('fal-ai/nano-banana/edit', { prompt: 'x', image_urls: [face], aspect_ratio: '4:1' }),
  ).toMatchObject(detail('one_of', ['body', 'aspect_ratio']));
  expect(await bench.run('fal-ai/nano-banana-2/edit', { prompt: 'x', image_urls: [] })).toMatchObject(
    detail('sequence_too_short', ['body', 'image_urls']),
  );
  expect(
    await bench.run('fal-ai/flux-2/edit', { prompt: 'x', image_urls: Array(5).fill(face) }),
  ).toMatchObject(detail('sequence_too_long', ['body', 'image_urls']));
  expect(await bench.run('fal-ai/flux-pulid', { prompt: 'x', reference_image_url: broken })).toMatchObject(
    detail('image_load_error', ['body', 'reference_image_url']),
  );
});

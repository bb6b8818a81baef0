import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import sharp from 'sharp';
import { z } from 'zod';
import { readLora } from '../lora.ts';
import { photo, photoZip, zipOf } from '../testing.ts';
import {
  bytesOf,
  detail,
  fileSchema,
  fullSchema,
  loraSchema,
  startModelBench,
  type ModelBench,
} from './testing.ts';

let bench: ModelBench;

beforeAll(async () => {
  bench = await startModelBench();
});
afterEach(() => bench.sandbox.control.clearFaults());
afterAll(() => bench.sandbox.close());

test('archives: not a zip, damaged, empty, too few, a picture that does not decode', async () => {
  const model = 'fal-ai/flux-lora-portrait-trainer';
  const train = async (bytes: Buffer) => bench.run(model, { images_data_url: await bench.upload(bytes) });
  const loc = ['body', 'images_data_url'];
  const good = await photoZip(4);
  expect(await train(Buffer.from('<html>not found</html>'))).toMatchObject(detail('invalid_archive', loc));
  expect(await train(good.subarray(0, good.length / 2))).toMatchObject(detail('invalid_archive', loc));
  const spoiled = Buffer.from(good);
  spoiled.fill(0, 200, 4000);
  expect((await train(spoiled)).status).toBe(422);
  expect(await train(await zipOf({}))).toMatchObject(detail('archive_file_count_below_minimum', loc));
  expect(await train(await photoZip(3))).toMatchObject(detail('archive_file_count_below_minimum', loc));
  const half = (await photo('red')).subarray(0, 3000);
  for (const broken of [Buffer.from('GIF'), Buffer.alloc(0), half]) {
    const answer = await train(await photoZip(4, { 'broken.jpg': broken }));
    expect(answer).toMatchObject(detail('image_load_error', loc));
  }
  expect((await train(good)).status).toBe(200);
});

test('only pictures at the top level count: folders, a Mac shadow and other files do not', async () => {
  const shade = await photo('blue');
  const zip = await photoZip(3, {
    'in/a.jpg': shade,
    '__MACOSX/._photo-1.jpg': 'x',
    'notes.pdf': 'x',
    'b.heic': 'x',
  });
  const answer = await bench.run('fal-ai/flux-lora-portrait-trainer', {
    images_data_url: await bench.upload(zip),
  });
  expect(answer).toMatchObject(detail('archive_file_count_below_minimum', ['body', 'images_data_url']));
});

test('an archive that cannot be fetched', async () => {
  for (const url of [
    'http://127.0.0.1:9/x.zip',
    `${bench.sandbox.url}/files/b/none/x.zip`,
    'ftp://x/y.zip',
    'nonsense',
    '',
  ]) {
    const answer = await bench.run('fal-ai/flux-lora-fast-training', { images_data_url: url });
    expect(answer).toMatchObject(detail('file_download_error', ['body', 'images_data_url']));
  }
});

test('a data URI will do as well', async () => {
  const zip = await photoZip(4);
  const images = `data:application/zip;base64,${zip.toString('base64')}`;
  expect((await bench.run('fal-ai/turbo-flux-trainer', { images_data_url: images })).status).toBe(200);
});

test.each([
  [{}, 'missing', 'images_data_url'],
  [{ image_data_url: 'x' }, 'missing', 'images_data_url'],
  [{ images_data_url: 5 }, 'string_type', 'images_data_url'],
  [{ images_data_url: 'x', steps: 0 }, 'greater_than_equal', 'steps'],
  [{ images_data_url: 'x', steps: 10_001 }, 'less_than_equal', 'steps'],
  [{ images_data_url: 'x', steps: 'many' }, 'float_type', 'steps'],
  [{ images_data_url: 'x', steps: 1.5 }, 'int_type', 'steps'],
  [{ images_data_url: 'x', learning_rate: 0.1 }, 'less_than_equal', 'learning_rate'],
  [{ images_data_url: 'x', subject_crop: 'maybe' }, 'bool_type', 'subject_crop'],
])('the portrait trainer refuses %j', async (input, type, field) => {
  const answer = await bench.run('fal-ai/flux-lora-portrait-trainer', input);
  expect(answer).toMatchObject(detail(type, ['body', field]));
});

test('captions: [trigger] is replaced, without a caption the phrase stands', async () => {
  const zip = await photoZip(4, { 'photo-1.txt': 'a portrait of [trigger], smiling' });
  const answer = await bench.run('fal-ai/flux-lora-fast-training', {
    images_data_url: await bench.upload(zip),
    trigger_word: 'zxc',
  });
  const config = await bytesOf(loraSchema.parse(answer.body).config_file.url);
  expect(JSON.parse(config.toString())).toMatchObject({
    captions: { 'photo-0.jpg': 'zxc', 'photo-1.jpg': 'a portrait of zxc, smiling' },
  });
});

test('masks are not counted by fast training', async () => {
  const zip = await photoZip(3, { 'photo-1_mask.jpg': await photo('white') });
  const answer = await bench.run('fal-ai/flux-lora-fast-training', {
    images_data_url: await bench.upload(zip),
  });
  expect(answer).toMatchObject(detail('archive_file_count_below_minimum', ['body', 'images_data_url']));
});

test('the flux-2 family: image_data_url, and a picture without any caption fails', async () => {
  const plain = await bench.upload(await photoZip(4));
  for (const model of ['fal-ai/flux-2-trainer', 'fal-ai/flux-2-trainer-v2']) {
    const wrongField = await bench.run(model, { images_data_url: plain });
    expect(wrongField).toMatchObject(detail('missing', ['body', 'image_data_url']));
    expect(await bench.run(model, { image_data_url: plain })).toMatchObject(
      detail('value_error', ['body', 'image_data_url']),
    );
    expect((await bench.run(model, { image_data_url: plain, default_caption: 'ohwx person' })).status).toBe(
      200,
    );
  }
  const captions = Object.fromEntries([0, 1, 2, 3].map((index) => [`photo-${index}.txt`, 'ohwx']));
  const captioned = await bench.upload(await photoZip(4, captions));
  expect((await bench.run('fal-ai/flux-2-trainer', { image_data_url: captioned })).status).toBe(200);
});

test('an edit trainer wants pairs', async () => {
  const shade = await photo('green');
  const train = async (zip: Buffer) =>
    bench.run('fal-ai/flux-2-trainer/edit', {
      image_data_url: await bench.upload(zip),
      default_caption: 'brighter',
    });
  expect((await train(await zipOf({ 'a_start.jpg': shade, 'a_end.jpg': shade }))).status).toBe(200);
  const lonely = await train(await zipOf({ 'a_start.jpg': shade, 'b_end.jpg': shade }));
  expect(lonely).toMatchObject(detail('invalid_archive', ['body', 'image_data_url']));
});

test('qwen names its weights lora_file', async () => {
  const input = { image_data_url: await bench.upload(await photoZip(4)), trigger_phrase: 'ohwx' };
  const answer = await bench.run('fal-ai/qwen-image-trainer', input);
  const output = z.strictObject({ lora_file: fileSchema, config_file: fileSchema }).parse(answer.body);
  expect(readLora(await bytesOf(output.lora_file.url))).toMatchObject({
    base: 'qwen-image',
    trigger: 'ohwx',
  });
});

test('flux-pro-trainer: gone by default; when it works its fine-tune draws', async () => {
  const ultra = 'fal-ai/flux-pro/v1.1-ultra-finetuned';
  const input = { data_url: await bench.upload(await photoZip(2)), finetune_comment: 'me' };
  expect((await bench.run('fal-ai/flux-pro-trainer', input)).status).toBe(404);
  await bench.sandbox.control.configure({ fluxProTrainer: 'working' });
  const trained = await bench.run('fal-ai/flux-pro-trainer', input);
  const { finetune_id: id } = z.strictObject({ finetune_id: z.uuid() }).parse(trained.body);
  const many = { ...input, data_url: await bench.upload(await photoZip(21)) };
  expect(await bench.run('fal-ai/flux-pro-trainer', many)).toMatchObject(
    detail('archive_file_count_exceeds_maximum', ['body', 'data_url']),
  );
  await bench.sandbox.control.configure({ fluxProTrainer: 'gone' });

  const order = { prompt: 'TOK', finetune_id: id, finetune_strength: 1.1, aspect_ratio: '3:4' };
  const drawn = fullSchema.parse((await bench.run(ultra, order)).body);
  const { width, height } = await sharp(await bytesOf(drawn.images[0]?.url ?? '')).metadata();
  expect(width / height).toBeCloseTo(3 / 4, 1);
  expect(width * height).toBeGreaterThan(3_500_000);
  expect(await bench.run(ultra, { ...order, finetune_strength: undefined })).toMatchObject(
    detail('missing', ['body', 'finetune_strength']),
  );
  expect(await bench.run(ultra, { ...order, safety_tolerance: 2 })).toMatchObject(
    detail('one_of', ['body', 'safety_tolerance']),
  );
  expect((await bench.run(ultra, { ...order, finetune_id: 'unknown' })).status).toBe(422);
});

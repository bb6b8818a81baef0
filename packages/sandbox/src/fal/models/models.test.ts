import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import sharp, { type Region } from 'sharp';
import { z } from 'zod';
import { readLora, writeLora } from '../lora.ts';
import { SANDBOX_FAL_KEY, startFalSandbox, type FalSandbox } from '../server.ts';
import { clientOf, photo, photoZip, zipOf } from '../testing.ts';

let sandbox: FalSandbox;

beforeAll(async () => {
  sandbox = await startFalSandbox({
    settings: { timing: { trainingSeconds: 0.05, imageSeconds: 0, queueSeconds: 0 }, concurrency: 8 },
  });
});
afterEach(() => sandbox.control.clearFaults());
afterAll(() => sandbox.close());

/** A model run to its end, by the synchronous road: status and body as they are. */
async function run(model: string, input: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${sandbox.url}/fal.run/${model}`, {
    method: 'POST',
    headers: { authorization: `Key ${SANDBOX_FAL_KEY}` },
    body: JSON.stringify(input),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const upload = (bytes: Buffer, type = 'application/zip'): Promise<string> =>
  clientOf(sandbox.url).storage.upload(new Blob([new Uint8Array(bytes)], { type }));

async function bytesOf(url: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

const fileSchema = z.object({
  url: z.string(),
  file_size: z.number(),
  content_type: z.string(),
  file_name: z.string(),
});
const loraSchema = z.strictObject({ diffusers_lora_file: fileSchema, config_file: fileSchema });
const imageSchema = z.strictObject({
  url: z.string(),
  width: z.int(),
  height: z.int(),
  content_type: z.string(),
});
const fullSchema = z.strictObject({
  images: z.array(imageSchema),
  timings: z.object({ inference: z.number() }),
  seed: z.int(),
  has_nsfw_concepts: z.array(z.boolean()),
  prompt: z.string(),
});

async function trainLora(model = 'fal-ai/flux-lora-portrait-trainer', extra: object = {}): Promise<string> {
  const archive = await upload(await photoZip(4));
  const field = /flux-2|z-image|qwen/u.test(model) ? 'image_data_url' : 'images_data_url';
  const answer = await run(model, { [field]: archive, ...extra });
  return loraSchema.parse(answer.body).diffusers_lora_file.url;
}

const detail = (type: string, loc: (string | number)[]) => ({
  status: 422,
  body: { detail: [expect.objectContaining({ type, loc, msg: expect.any(String) })] },
});

test('archives: not a zip, damaged, empty, too few, a picture that does not decode', async () => {
  const model = 'fal-ai/flux-lora-portrait-trainer';
  const train = async (bytes: Buffer) => run(model, { images_data_url: await upload(bytes) });
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
  const answer = await run('fal-ai/flux-lora-portrait-trainer', { images_data_url: await upload(zip) });
  expect(answer).toMatchObject(detail('archive_file_count_below_minimum', ['body', 'images_data_url']));
});

test('an archive that cannot be fetched', async () => {
  for (const url of [
    'http://127.0.0.1:9/x.zip',
    `${sandbox.url}/files/b/none/x.zip`,
    'ftp://x/y.zip',
    'nonsense',
    '',
  ]) {
    const answer = await run('fal-ai/flux-lora-fast-training', { images_data_url: url });
    expect(answer).toMatchObject(detail('file_download_error', ['body', 'images_data_url']));
  }
});

test('a data URI will do as well', async () => {
  const zip = await photoZip(4);
  const images = `data:application/zip;base64,${zip.toString('base64')}`;
  expect((await run('fal-ai/turbo-flux-trainer', { images_data_url: images })).status).toBe(200);
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
  const answer = await run('fal-ai/flux-lora-portrait-trainer', input);
  expect(answer).toMatchObject(detail(type, ['body', field]));
});

test('captions: [trigger] is replaced, without a caption the phrase stands', async () => {
  const zip = await photoZip(4, { 'photo-1.txt': 'a portrait of [trigger], smiling' });
  const answer = await run('fal-ai/flux-lora-fast-training', {
    images_data_url: await upload(zip),
    trigger_word: 'zxc',
  });
  const config = await bytesOf(loraSchema.parse(answer.body).config_file.url);
  expect(JSON.parse(config.toString())).toMatchObject({
    captions: { 'photo-0.jpg': 'zxc', 'photo-1.jpg': 'a portrait of zxc, smiling' },
  });
});

test('masks are not counted by fast training', async () => {
  const zip = await photoZip(3, { 'photo-1_mask.jpg': await photo('white') });
  const answer = await run('fal-ai/flux-lora-fast-training', { images_data_url: await upload(zip) });
  expect(answer).toMatchObject(detail('archive_file_count_below_minimum', ['body', 'images_data_url']));
});

test('the flux-2 family: image_data_url, and a picture without any caption fails', async () => {
  const plain = await upload(await photoZip(4));
  for (const model of ['fal-ai/flux-2-trainer', 'fal-ai/flux-2-trainer-v2']) {
    const wrongField = await run(model, { images_data_url: plain });
    expect(wrongField).toMatchObject(detail('missing', ['body', 'image_data_url']));
    expect(await run(model, { image_data_url: plain })).toMatchObject(
      detail('value_error', ['body', 'image_data_url']),
    );
    expect((await run(model, { image_data_url: plain, default_caption: 'ohwx person' })).status).toBe(200);
  }
  const captions = Object.fromEntries([0, 1, 2, 3].map((index) => [`photo-${index}.txt`, 'ohwx']));
  const captioned = await upload(await photoZip(4, captions));
  expect((await run('fal-ai/flux-2-trainer', { image_data_url: captioned })).status).toBe(200);
});

test('an edit trainer wants pairs', async () => {
  const shade = await photo('green');
  const train = async (zip: Buffer) =>
    run('fal-ai/flux-2-trainer/edit', { image_data_url: await upload(zip), default_caption: 'brighter' });
  expect((await train(await zipOf({ 'a_start.jpg': shade, 'a_end.jpg': shade }))).status).toBe(200);
  const lonely = await train(await zipOf({ 'a_start.jpg': shade, 'b_end.jpg': shade }));
  expect(lonely).toMatchObject(detail('invalid_archive', ['body', 'image_data_url']));
});

test('qwen names its weights lora_file', async () => {
  const input = { image_data_url: await upload(await photoZip(4)), trigger_phrase: 'ohwx' };
  const answer = await run('fal-ai/qwen-image-trainer', input);
  const output = z.strictObject({ lora_file: fileSchema, config_file: fileSchema }).parse(answer.body);
  expect(readLora(await bytesOf(output.lora_file.url))).toMatchObject({
    base: 'qwen-image',
    trigger: 'ohwx',
  });
});

test('flux-pro-trainer: gone by default; when it works its fine-tune draws', async () => {
  const ultra = 'fal-ai/flux-pro/v1.1-ultra-finetuned';
  const input = { data_url: await upload(await photoZip(2)), finetune_comment: 'me' };
  expect((await run('fal-ai/flux-pro-trainer', input)).status).toBe(404);
  await sandbox.control.configure({ fluxProTrainer: 'working' });
  const trained = await run('fal-ai/flux-pro-trainer', input);
  const { finetune_id: id } = z.strictObject({ finetune_id: z.uuid() }).parse(trained.body);
  const many = { ...input, data_url: await upload(await photoZip(21)) };
  expect(await run('fal-ai/flux-pro-trainer', many)).toMatchObject(
    detail('archive_file_count_exceeds_maximum', ['body', 'data_url']),
  );
  await sandbox.control.configure({ fluxProTrainer: 'gone' });

  const order = { prompt: 'TOK', finetune_id: id, finetune_strength: 1.1, aspect_ratio: '3:4' };
  const drawn = fullSchema.parse((await run(ultra, order)).body);
  const { width, height } = await sharp(await bytesOf(drawn.images[0]?.url ?? '')).metadata();
  expect(width / height).toBeCloseTo(3 / 4, 1);
  expect(width * height).toBeGreaterThan(3_500_000);
  expect(await run(ultra, { ...order, finetune_strength: undefined })).toMatchObject(
    detail('missing', ['body', 'finetune_strength']),
  );
  expect(await run(ultra, { ...order, safety_tolerance: 2 })).toMatchObject(
    detail('one_of', ['body', 'safety_tolerance']),
  );
  expect((await run(ultra, { ...order, finetune_id: 'unknown' })).status).toBe(422);
});

test('weights are safetensors that any stand-in can read, wherever they are kept', async () => {
  const bytes = await bytesOf(await trainLora());
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
  const copy = await upload(bytes, 'application/octet-stream');
  const input = { prompt: 'ohwx', loras: [{ path: copy, scale: 0.9 }] };
  expect((await run('fal-ai/flux-lora', input)).status).toBe(200);
});

test('loras: unreachable, not weights, another base, out of range, too many', async () => {
  const draw = (path: string, scale = 1) =>
    run('fal-ai/flux-lora', { prompt: 'x', loras: [{ path, scale }] });
  const loc = ['body', 'loras', 0, 'path'];
  expect(await draw('http://127.0.0.1:9/lora')).toMatchObject(detail('file_download_error', loc));
  const text = await upload(Buffer.from('hello'), 'text/plain');
  expect(await draw(text)).toMatchObject(detail('value_error', loc));
  const flux2 = await trainLora('fal-ai/flux-2-trainer', { default_caption: 'x' });
  expect(await draw(flux2)).toMatchObject(detail('value_error', loc));
  expect(await draw(flux2, 5)).toMatchObject(detail('less_than_equal', ['body', 'loras', 0, 'scale']));
  const loras = [1, 2, 3, 4].map(() => ({ path: flux2 }));
  expect(await run('fal-ai/flux-2/lora', { prompt: 'x', loras })).toMatchObject(
    detail('sequence_too_long', ['body', 'loras']),
  );
  expect((await run('fal-ai/flux-2/lora', { prompt: 'x', loras: loras.slice(1) })).status).toBe(200);
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
  const [image] = fullSchema.parse((await run('fal-ai/flux-lora', input)).body).images;
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
  expect(await run('fal-ai/flux-lora', input)).toMatchObject(detail(type, loc));
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
  const drawn = fullSchema.parse((await run('fal-ai/flux-lora', input)).body);
  expect(drawn).toMatchObject({ seed: 5, has_nsfw_concepts: [false, false] });
});

test('the same seed, prompt and weights give the same bytes; any other gives others', async () => {
  const path = await trainLora();
  const draw = async (input: object): Promise<Buffer> => {
    const answer = await run('fal-ai/flux-lora', { prompt: 'ohwx', seed: 1, loras: [{ path }], ...input });
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
  const trained = await run('fal-ai/flux-lora-portrait-trainer', { images_data_url: await upload(zip) });
  const path = loraSchema.parse(trained.body).diffusers_lora_file.url;
  const draw = async (prompt: string): Promise<Buffer> => {
    const input = { prompt, seed: 4, loras: [{ path }], image_size: 'square_hd' };
    const answer = await run('fal-ai/flux-lora', input);
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
  const drawn = fullSchema.parse((await run('fal-ai/flux-lora', input)).body);
  const [first, second] = drawn.images.map((image) => image.url);
  expect(drawn.images).toHaveLength(3);
  expect(first).toMatch(/^data:image\/jpeg;base64,/u);
  expect(first).not.toBe(second);
});

test('what the safety checker struck is flagged and black, unless it was switched off', async () => {
  await sandbox.control.addFault({ fault: { kind: 'nsfw' }, operation: 'run', times: 2 });
  const flagged = fullSchema.parse((await run('fal-ai/flux-lora', { prompt: 'x' })).body);
  expect(flagged.has_nsfw_concepts).toEqual([true]);
  const stats = await sharp(await bytesOf(flagged.images[0]?.url ?? '')).stats();
  expect(stats.channels.map((channel) => channel.max)).toEqual([0, 0, 0]);
  const unchecked = await run('fal-ai/flux-lora', { prompt: 'x', enable_safety_checker: false });
  expect(unchecked.body).toMatchObject({ has_nsfw_concepts: [false] });
});

test('models that draw from a picture given with the request: fields and shapes of each family', async () => {
  const face = await upload(await photo('#3366cc'), 'image/jpeg');
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
    const answer = await run(model, { prompt: 'in the garden', ...input });
    expect({ model, ...answer }).toMatchObject({ status: 200 });
    expect({ model, error: schema.safeParse(answer.body).error }).toEqual({ model, error: undefined });
  }
});

test('and what they refuse', async () => {
  const face = await upload(await photo('#3366cc'), 'image/jpeg');
  const broken = await upload(Buffer.from('no picture'), 'image/jpeg');
  expect(await run('fal-ai/nano-banana-2/edit', { prompt: 'x', image_url: face })).toMatchObject(
    detail('missing', ['body', 'image_urls']),
  );
  expect(
    await run('fal-ai/nano-banana/edit', { prompt: 'x', image_urls: [face], aspect_ratio: '4:1' }),
  ).toMatchObject(detail('one_of', ['body', 'aspect_ratio']));
  expect(await run('fal-ai/nano-banana-2/edit', { prompt: 'x', image_urls: [] })).toMatchObject(
    detail('sequence_too_short', ['body', 'image_urls']),
  );
  expect(await run('fal-ai/flux-2/edit', { prompt: 'x', image_urls: Array(5).fill(face) })).toMatchObject(
    detail('sequence_too_long', ['body', 'image_urls']),
  );
  expect(await run('fal-ai/flux-pulid', { prompt: 'x', reference_image_url: broken })).toMatchObject(
    detail('image_load_error', ['body', 'reference_image_url']),
  );
});

test('upscalers enlarge; the largest is refused', async () => {
  const face = await upload(await photo('#3366cc', 200), 'image/jpeg');
  const enlarge = async (model: string, input: object = {}) => {
    const answer = await run(model, { image_url: face, ...input });
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
  const large = await upload(await photo('#3366cc', 3000), 'image/jpeg');
  expect(await run('fal-ai/aura-sr', { image_url: large })).toMatchObject(
    detail('image_too_large', ['body', 'image_url']),
  );
});

test('nsfw checks say no only when told', async () => {
  const face = await upload(await photo('#3366cc'), 'image/jpeg');
  const probability = z.strictObject({ nsfw_probability: z.number() });
  const calm = probability.parse((await run('fal-ai/imageutils/nsfw', { image_url: face })).body);
  expect(calm.nsfw_probability).toBeLessThan(0.1);
  expect((await run('fal-ai/x-ailab/nsfw', { image_urls: [face, face] })).body).toEqual({
    has_nsfw_concepts: [false, false],
  });
  await sandbox.control.addFault({ fault: { kind: 'nsfw' }, operation: 'run', times: 'always' });
  const alarmed = probability.parse((await run('fal-ai/imageutils/nsfw', { image_url: face })).body);
  expect(alarmed.nsfw_probability).toBeGreaterThan(0.9);
  expect((await run('fal-ai/x-ailab/nsfw', { image_urls: [face] })).body).toEqual({
    has_nsfw_concepts: [true],
  });
});

test('two trainings never give the same weights', () => {
  const lora = { base: 'flux1', trigger: 't', steps: 1, photos: [] } as const;
  const one = writeLora({ ...lora, trainingId: 'a', photos: [] });
  const other = writeLora({ ...lora, trainingId: 'b', photos: [] });
  expect(one.subarray(-500).equals(other.subarray(-500))).toBe(false);
});

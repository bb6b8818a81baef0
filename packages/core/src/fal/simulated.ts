import { Readable } from 'node:stream';
import type { FalClient, FalDownloadOptions, FetchedBuffer } from '@aisha/providers';
import { z } from 'zod';
import { modelAt } from './models/index.ts';
import type { Role } from './models/model.ts';
import { simulatedVideo } from './simulated-video.ts';

/** Seconds that a simulated request takes. */
const SECONDS = { training: 10, image: 2 };
type Seconds = Readonly<typeof SECONDS>;
const PREFIX = 'simulated:';

const trainingInput = z.looseObject({
  steps: z.number().optional(),
  iterations: z.number().optional(),
});
const imageInput = z.looseObject({
  prompt: z.string(),
  num_images: z.number().default(1),
  seed: z.number().default(0),
  image_size: z.object({ width: z.number(), height: z.number() }).optional(),
  aspect_ratio: z.string().optional(),
});
const enlargingInput = z.looseObject({ image_url: z.string(), upscale_factor: z.number().default(2) });

/** What a request id carries, so that any process answers for it and a restart changes nothing. */
const KINDS = ['training', 'image', 'enlarging', 'video'] as const;
const ticket = z.object({ at: z.number(), kind: z.enum(KINDS), input: z.unknown() });
type Kind = (typeof KINDS)[number];

const kindOf = (role: Role): Kind =>
  role === 'trainer'
    ? 'training'
    : role === 'upscaler'
      ? 'enlarging'
      : role === 'animator'
        ? 'video'
        : 'image';

/**
 * Test mode (`FAL_TRAINING_TEST_MODE`): the same port as the real client, with no request leaving the process.
 * Everything it makes says that it is a test.
 */
export function createSimulatedFal(seconds: Seconds = SECONDS): FalClient {
  const whole = ({ kind }: Pick<Ticket, 'kind'>) => (kind === 'training' ? seconds.training : seconds.image);
  const left = (t: Ticket) => whole(t) - (Date.now() - t.at) / 1_000;
  return {
    submit: (model, input) => {
      const role = modelAt(model)?.role;
      if (role === undefined)
        return Promise.resolve({
          kind: 'refused',
          reason: 'not-found',
          detail: `no model ${model}`,
          status: 404,
        });
      const kind = kindOf(role);
      const requestId = Buffer.from(
        JSON.stringify({ at: Date.now(), kind, input: shrink(kind, input) }),
      ).toString('base64url');
      return Promise.resolve({
        kind: 'accepted',
        requestId,
        queuePosition: 0,
        responseUrl: null,
        statusUrl: null,
        cancelUrl: null,
      });
    },
    status: (_model, requestId) => {
      const t = read(requestId);
      if (!t) return Promise.resolve({ kind: 'not-found' });
      if (left(t) <= 0)
        return Promise.resolve({
          kind: 'completed',
          error: null,
          errorType: null,
          inferenceTimeS: whole(t),
        });
      const total = 1_000;
      const done = Math.floor((1 - left(t) / whole(t)) * total);
      const logs = [
        { message: `${done}/${total} [simulated]`, level: 'INFO', timestamp: new Date().toISOString() },
      ];
      return Promise.resolve({ kind: 'running', logs });
    },
    result: async (_model, requestId) => {
      const t = read(requestId);
      if (!t) return { kind: 'gone' };
      if (left(t) > 0) return { kind: 'unavailable', why: 'in progress', retryAfterMs: null, account: false };
      if (t.kind === 'training')
        return {
          kind: 'ok',
          output: {
            diffusers_lora_file: { url: `${PREFIX}//model` },
            finetune_id: 'simulated',
          },
        };
      if (t.kind === 'video') return { kind: 'ok', output: { video: { url: `${PREFIX}//video` } } };
      if (t.kind === 'enlarging') return { kind: 'ok', output: { image: { url: enlargedUrl(t.input) } } };
      const input = imageInput.parse(t.input);
      const images = Array.from({ length: input.num_images }, (_, i) => ({
        url: `${PREFIX}//image?${new URLSearchParams({ ...sizeOf(input), seed: String(input.seed + i) }).toString()}`,
        content_type: 'image/jpeg',
      }));
      return {
        kind: 'ok',
        output: {
          images,
          seed: input.seed,
          has_nsfw_concepts: images.map(() => false),
          prompt: input.prompt,
        },
      };
    },
    cancel: (_model, requestId) => {
      const t = read(requestId);
      if (!t) return Promise.resolve({ kind: 'not-found' });
      return Promise.resolve({ kind: left(t) > 0 ? 'requested' : 'completed' });
    },
    uploadFile: async (body, { contentType }) => {
      if (!Buffer.isBuffer(body)) body.stream.destroy();
      const { default: sharp } = await import('sharp');
      // What is enlarged afterwards has its ratio from here.
      const { width = 1, height = 1 } =
        Buffer.isBuffer(body) && contentType.startsWith('image/') ? await sharp(body).metadata() : {};
      return { kind: 'ok', url: `https://simulated.invalid/file?width=${width}&height=${height}` };
    },
    balance: () => Promise.resolve({ kind: 'not-told' }),
    deleteRequestFiles: (requestId) => Promise.resolve({ kind: read(requestId) ? 'deleted' : 'not-found' }),
    download: (url, options) => fetchMade(url, options),
    downloadTo: async (url, take, options) => {
      const file = await fetchMade(url, options);
      if (file.kind !== 'ok') return file;
      const { kind, contentType, data } = file;
      return { kind, contentType, taken: await take(Readable.from([data], { objectMode: false })) };
    },
  };
}

/** What was made under such an address; nothing else is fetched. */
async function fetchMade(url: string, { maxBytes }: FalDownloadOptions): Promise<FetchedBuffer> {
  if (!url.startsWith(PREFIX)) return { kind: 'gone', status: 404 };
  const { data, contentType } = await made(url);
  if (data.length > maxBytes) return { kind: 'too-big', maxBytes };
  return { kind: 'ok', contentType, data };
}

async function made(url: string): Promise<{ data: Buffer; contentType: string }> {
  if (url.includes('//model')) return { data: modelFile(), contentType: 'application/octet-stream' };
  if (url.includes('//video')) return { data: simulatedVideo(), contentType: 'video/mp4' };
  return { data: await image(new URL(url).searchParams), contentType: 'image/jpeg' };
}

type Ticket = z.infer<typeof ticket>;

function read(requestId: string): Ticket | null {
  try {
    return ticket.parse(JSON.parse(Buffer.from(requestId, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}

function shrink(kind: Kind, input: unknown): unknown {
  switch (kind) {
    case 'training':
      return trainingInput.pick({ steps: true, iterations: true }).parse(input);
    case 'image':
      return imageInput
        .pick({ num_images: true, seed: true, image_size: true, aspect_ratio: true, prompt: true })
        .parse(input);
    case 'enlarging':
      return enlargingInput.pick({ image_url: true, upscale_factor: true }).parse(input);
    case 'video':
      return {};
    default:
      return kind satisfies never;
  }
}

function enlargedUrl(input: unknown): string {
  const { image_url: from, upscale_factor: factor } = enlargingInput.parse(input);
  const { searchParams } = new URL(from);
  const side = (name: string) => String(Number(searchParams.get(name) ?? 1) * factor);
  return `${PREFIX}//image?${new URLSearchParams({ width: side('width'), height: side('height'), seed: '1' }).toString()}`;
}

function sizeOf({ image_size: size, aspect_ratio: aspect }: z.infer<typeof imageInput>): {
  width: string;
  height: string;
} {
  const [w = 1, h = 1] = (aspect ?? '1:1').split(':').map(Number);
  return { width: String(size?.width ?? 256 * w), height: String(size?.height ?? 256 * h) };
}

/** An empty model in the right layout. */
function modelFile(): Buffer {
  const header = Buffer.from(JSON.stringify({ __metadata__: { simulated: 'true' } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

/** Coloured by the seed and marked as a test with shapes alone: a server may have no fonts. */
async function image(query: URLSearchParams): Promise<Buffer> {
  const width = Number(query.get('width'));
  const height = Number(query.get('height'));
  const hue = Number(query.get('seed')) % 360;
  const stripes = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="hsl(${hue},70%,60%)"/><stop offset="1" stop-color="hsl(${(hue + 60) % 360},70%,30%)"/></linearGradient><pattern id="p" width="80" height="80" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="30" height="80" fill="#fff" opacity=".35"/></pattern></defs><rect width="100%" height="100%" fill="url(#g)"/><rect width="100%" height="100%" fill="url(#p)"/></svg>`;
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(stripes)).jpeg({ quality: 85 }).toBuffer();
}

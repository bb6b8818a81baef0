import sharp from 'sharp';
import { badRequest } from './errors.ts';

/** What can be said of a picture without understanding it. */
export interface ImageFacts {
  width: number;
  height: number;
  format: string;
  /** Its average colour. */
  red: number;
  green: number;
  blue: number;
  /** What a magic colour stands for, see {@link MAGIC_COLOURS}. */
  magic: MagicImage | null;
}

export type MagicImage = 'sexual' | 'violence' | 'self-harm' | 'minor' | 'no-face';

/** A picture that is this colour all over is taken for what stands beside it; compression may shift it a little. */
export const MAGIC_COLOURS: Record<MagicImage, readonly [number, number, number]> = {
  sexual: [255, 0, 255],
  violence: [255, 0, 0],
  'self-harm': [255, 255, 0],
  minor: [0, 0, 255],
  'no-face': [0, 255, 0],
};

const FORMATS = new Set(['png', 'jpeg', 'webp', 'gif']);
const MAX_IMAGE_BYTES = 50 * 1024 * 1024;

export async function imageFacts(bytes: Buffer, param: string): Promise<ImageFacts> {
  try {
    const metadata = await sharp(bytes).metadata();
    if (!FORMATS.has(metadata.format) || (metadata.pages ?? 1) > 1) throw unsupported(param);
    const { channels } = await sharp(bytes).flatten().toColourspace('srgb').removeAlpha().stats();
    const [red = 0, green = red, blue = red] = channels.map(({ mean }) => Math.round(mean));
    const even = channels.every(({ stdev }) => stdev < 12);
    return {
      width: metadata.width,
      height: metadata.height,
      format: metadata.format,
      red,
      green,
      blue,
      magic: even ? magicOf(red, green, blue) : null,
    };
  } catch {
    throw unsupported(param);
  }
}

function magicOf(...colour: [number, number, number]): MagicImage | null {
  for (const [name, wanted] of Object.entries(MAGIC_COLOURS)) {
    if (wanted.every((value, n) => Math.abs(value - (colour[n] ?? 0)) < 24) && isMagic(name)) return name;
  }
  return null;
}

const isMagic = (name: string): name is MagicImage => Object.hasOwn(MAGIC_COLOURS, name);

const unsupported = (param: string) =>
  badRequest(
    "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].",
    param,
    'invalid_image_format',
  );

/** The bytes of an image part's address: a data URL, or http(s), which is really fetched. */
export async function imageBytes(address: string, param: string): Promise<Buffer> {
  if (address.startsWith('data:')) {
    const encoded = /^data:image\/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)$/u.exec(address)?.[1];
    if (encoded === undefined) {
      throw badRequest(
        `Invalid base64 image_url. Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU=').`,
        param,
        'invalid_base64',
      );
    }
    return Buffer.from(encoded, 'base64');
  }
  if (!/^https?:\/\//u.test(address)) {
    throw badRequest(`Invalid URL '${address.slice(0, 100)}'.`, param, 'invalid_image_url');
  }
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000) });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.ok && bytes.length <= MAX_IMAGE_BYTES) return bytes;
  } catch {
    // Told below.
  }
  throw badRequest(`Error while downloading ${address}.`, param, 'invalid_image_url');
}

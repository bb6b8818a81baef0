import { randomInt } from 'node:crypto';
import sharp from 'sharp';
import { readLora, type Lora, type LoraBase } from '../lora.ts';
import { fail } from '../outcome.ts';
import { renderBlack, renderPicture, type Picture } from '../render.ts';
import type { Size } from './fields.ts';
import type { ModelRun } from './model.ts';

type Format = Picture['format'];

export interface Order {
  prompt: string;
  size: Size;
  count: number;
  seed: number;
  format: Format;
  photos: readonly Uint8Array[];
  caption: string;
  /** Data URIs instead of addresses. */
  inline: boolean;
  /** Whether the model's safety checker looks at what was drawn. */
  checked: boolean;
}

export interface DrawnImage {
  url: string;
  width: number;
  height: number;
  content_type: string;
}

export interface Drawn {
  images: DrawnImage[];
  flagged: boolean[];
  timings: { inference: number };
}

export const pickSeed = (seed: number | null | undefined): number => seed ?? randomInt(0, 2 ** 31);

/** Draws what was ordered while the model's time passes, and puts it on the CDN. */
export async function draw(order: Order, run: ModelRun): Promise<Drawn> {
  const started = performance.now();
  const black = run.flagged && order.checked;
  const waited = run.wait(run.seconds);
  const drawing = drawAll(order, black, run);
  const [images] = await Promise.all([drawing, waited]);
  await run.reach(1);
  const inference = (performance.now() - started) / 1000;
  return { images, flagged: images.map(() => black), timings: { inference } };
}

async function drawAll(order: Order, black: boolean, run: ModelRun): Promise<DrawnImage[]> {
  const images: DrawnImage[] = [];
  for (let index = 0; index < order.count; index += 1) {
    const { size, format, prompt, photos } = order;
    const seed = order.seed + index;
    const caption = `${order.caption} · seed ${seed}`;
    const bytes = black
      ? await renderBlack(size.width, size.height, format)
      : await renderPicture({ ...size, format, prompt, photos, caption, seed });
    images.push({ ...(await publish(bytes, format, order.inline, run)), ...size });
  }
  return images;
}

/** The address of a picture (or the picture itself as a data URI) and its type. */
export async function publish(bytes: Buffer, format: Format, inline: boolean, run: ModelRun) {
  const contentType = `image/${format}`;
  if (inline) {
    return { url: `data:${contentType};base64,${bytes.toString('base64')}`, content_type: contentType };
  }
  const name = `${run.requestId.slice(0, 8)}.${format === 'jpeg' ? 'jpg' : format}`;
  const slot = await run.saveFile(name, contentType, bytes);
  return { url: slot.url, content_type: contentType };
}

/** Fetches every LoRA, refuses what no trainer made and what was trained on another base model. */
export async function loadLoras(
  wanted: readonly { path: string; scale: number }[],
  base: LoraBase,
  run: ModelRun,
): Promise<Lora[]> {
  const found: Lora[] = [];
  for (const [index, { path }] of wanted.entries()) {
    const loc = ['body', 'loras', index, 'path'];
    const lora = readLora(await run.fetchFile(path, loc));
    if (lora === null) throw fail('value_error', loc, 'Could not load the LoRA weights', { input: path });
    if (lora.base !== base) {
      const msg = `The LoRA was trained on ${lora.base} and does not fit ${base}`;
      throw fail('value_error', loc, msg, { input: path });
    }
    found.push(lora);
  }
  return found;
}

export interface LoadedPicture {
  bytes: Buffer;
  width: number;
  height: number;
}

/** A picture that the model was pointed at; refused when it does not decode. */
export async function loadPicture(
  address: string,
  loc: (string | number)[],
  run: ModelRun,
): Promise<LoadedPicture> {
  const bytes = await run.fetchFile(address, loc);
  try {
    await sharp(bytes).stats();
    const { width, height } = await sharp(bytes).metadata();
    return { bytes, width, height };
  } catch {
    throw fail('image_load_error', loc, 'Failed to load the image', { input: address });
  }
}

export function loadPictures(
  addresses: readonly string[],
  field: string,
  run: ModelRun,
): Promise<LoadedPicture[]> {
  return Promise.all(addresses.map((address, index) => loadPicture(address, ['body', field, index], run)));
}

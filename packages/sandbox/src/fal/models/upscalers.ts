import sharp from 'sharp';
import { z } from 'zod';
import { fail } from '../outcome.ts';
import { encode } from '../render.ts';
import { boolean, choice, integer, number, optional, or, seed, text, url } from './fields.ts';
import { defineModel, type Model, type ModelRun } from './model.ts';
import { loadPicture, pickSeed, publish } from './pictures.ts';

const LARGEST_AREA = 64_000_000;

interface Upscaled {
  image: object;
  seconds: number;
}

/** Really enlarges the picture; refuses what would not fit into memory. */
async function upscale(
  address: string,
  target: (source: { width: number; height: number }) => number,
  format: 'jpeg' | 'png' | 'webp',
  run: ModelRun,
  inline = false,
): Promise<Upscaled> {
  const started = performance.now();
  const loc = ['body', 'image_url'];
  const source = await loadPicture(address, loc, run);
  const factor = target(source);
  const width = Math.round(source.width * factor);
  const height = Math.round(source.height * factor);
  if (width * height > LARGEST_AREA) {
    throw fail('image_too_large', loc, 'The enlarged picture would be too large', {
      ctx: { max_width: 8000, max_height: 8000 },
      input: address,
    });
  }
  const [bytes] = await Promise.all([
    encode(sharp(source.bytes).resize(width, height, { kernel: 'lanczos3', fit: 'fill' }).sharpen(), format),
    run.wait(run.seconds),
  ]);
  await run.reach(1);
  const image = { ...(await publish(bytes, format, inline, run)), width, height };
  return { image, seconds: (performance.now() - started) / 1000 };
}

const clarity = defineModel(
  'image',
  z.object({
    image_url: url,
    prompt: or(text, 'masterpiece, best quality, highres'),
    upscale_factor: or(number(1, 4), 2),
    creativity: or(number(0, 1), 0.35),
    resemblance: or(number(0, 1), 0.6),
    guidance_scale: or(number(0, 20), 4),
    num_inference_steps: or(integer(4, 50), 18),
    enable_safety_checker: or(boolean, true),
    seed,
  }),
  async (input, run) => {
    const { image, seconds } = await upscale(input.image_url, () => input.upscale_factor, 'png', run);
    return { image, seed: pickSeed(input.seed), timings: { inference: seconds } };
  },
);

const auraSr = defineModel(
  'image',
  z.object({
    image_url: url,
    // Up to client 1.8.5 this was `upscaling_factor: "4"`; only 4 exists.
    upscale_factor: or(number(4, 4), 4),
    checkpoint: or(choice('v1', 'v2'), 'v1'),
    overlapping_tiles: or(boolean, false),
  }),
  async (input, run) => {
    const { image, seconds } = await upscale(input.image_url, () => input.upscale_factor, 'png', run);
    return { image, timings: { inference: seconds } };
  },
);

const ESRGAN_MODELS = [
  'RealESRGAN_x4plus',
  'RealESRGAN_x2plus',
  'RealESRGAN_x4plus_anime_6B',
  'RealESRGAN_x4_v3',
  'RealESRGAN_x4_wdn_v3',
  'RealESRGAN_x4_anime_v3',
] as const;

const esrgan = defineModel(
  'image',
  z.object({
    image_url: url,
    scale: or(number(1, 8), 2),
    model: or(choice(...ESRGAN_MODELS), 'RealESRGAN_x4plus'),
    face: or(boolean, false),
    tile: or(integer(0), 0),
    output_format: or(choice('png', 'jpeg'), 'png'),
  }),
  async (input, run) => {
    const { image } = await upscale(input.image_url, () => input.scale, input.output_format, run);
    return { image };
  },
);

const TARGETS = { '720p': 720, '1080p': 1080, '1440p': 1440, '2160p': 2160 } as const;

const seedvr = defineModel(
  'image',
  z.object({
    image_url: url,
    upscale_mode: or(choice('target', 'factor'), 'factor'),
    upscale_factor: or(number(1, 10), 2),
    target_resolution: or(choice('720p', '1080p', '1440p', '2160p'), '1080p'),
    output_format: or(choice('png', 'jpg', 'webp'), 'jpg'),
    noise_scale: or(number(0, 1), 0.1),
    sync_mode: or(boolean, false),
    seed,
  }),
  async (input, run) => {
    const format = input.output_format === 'jpg' ? 'jpeg' : input.output_format;
    const factor = ({ width, height }: { width: number; height: number }): number =>
      input.upscale_mode === 'factor'
        ? input.upscale_factor
        : TARGETS[input.target_resolution] / Math.min(width, height);
    const { image } = await upscale(input.image_url, factor, format, run, input.sync_mode);
    return { image, seed: pickSeed(input.seed) };
  },
);

const codeformer = defineModel(
  'image',
  z.object({
    image_url: url,
    fidelity: or(number(0, 1), 0.5),
    upscale_factor: or(number(1, 4), 2),
    face_upscale: or(boolean, true),
    only_center_face: or(boolean, false),
    aligned: or(boolean, false),
    seed,
  }),
  async (input, run) => {
    const { image } = await upscale(input.image_url, () => input.upscale_factor, 'png', run);
    return { image, seed: pickSeed(input.seed) };
  },
);

const topaz = defineModel(
  'image',
  z.object({
    image_url: url,
    model: or(
      choice(
        'Low Resolution V2',
        'Standard V2',
        'CGI',
        'High Fidelity V2',
        'Text Refine',
        'Recovery',
        'Redefine',
        'Recovery V2',
        'Standard MAX',
        'Wonder',
      ),
      'Standard V2',
    ),
    upscale_factor: or(number(1, 4), 2),
    face_enhancement: or(boolean, true),
    face_enhancement_strength: or(number(0, 1), 0.8),
    subject_detection: or(choice('All', 'Foreground', 'Background'), 'All'),
    output_format: or(choice('jpeg', 'png'), 'jpeg'),
    prompt: optional(text),
  }),
  async (input, run) => {
    const { image } = await upscale(input.image_url, () => input.upscale_factor, input.output_format, run);
    return { image };
  },
);

/** Section 3.10, the part that makes pictures larger. */
export const upscalers: Record<string, Model> = {
  'fal-ai/clarity-upscaler': clarity,
  'fal-ai/aura-sr': auraSr,
  'fal-ai/esrgan': esrgan,
  'fal-ai/seedvr/upscale/image': seedvr,
  'fal-ai/codeformer': codeformer,
  'fal-ai/topaz/upscale/image': topaz,
};

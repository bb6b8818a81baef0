import { z } from 'zod';
import type { LoraBase } from '../lora.ts';
import {
  boolean,
  choice,
  imageSizeOrAuto,
  integer,
  loras,
  number,
  optional,
  or,
  seed,
  SIZES,
  sizeOfRatio,
  text,
  url,
  type Size,
} from './fields.ts';
import { defineModel, type Model } from './model.ts';
import {
  draw,
  loadLoras,
  loadPicture,
  loadPictures,
  pickSeed,
  type Drawn,
  type LoadedPicture,
} from './pictures.ts';

interface Editor {
  /** Where the face, or the picture to be edited, is given. */
  source: 'image_url' | 'image_urls' | 'reference_image_url' | 'reference_image_urls' | 'reference_images';
  mostSources?: number;
  format: 'jpeg' | 'png';
  webp?: boolean;
  guidance?: number;
  steps?: number;
  /** Size when the caller names none; without it the picture keeps the source's proportions. */
  size?: Size;
  aspects?: readonly [string, ...string[]];
  resolutions?: Record<string, number>;
  /** Tolerances are strings; models without the field ignore it. */
  tolerance?: readonly [string, ...string[]];
  base?: LoraBase;
  output: 'full' | 'description' | 'seed' | 'images';
  /** One image a request: it knows no `num_images`. */
  single?: boolean;
  qualities?: readonly [string, ...string[]];
}

const ignored = z
  .unknown()
  .optional()
  .transform(() => undefined);
const MEGAPIXEL = 1024 * 1024;

/** Models that draw a person from pictures given with the request, without training (3.9). */
function editor(options: Editor): Model {
  const one = (name: Editor['source']) => (options.source === name ? url : ignored);
  const many = (name: Editor['source']) =>
    options.source === name
      ? z
          .array(url)
          .min(1)
          .max(options.mostSources ?? 14)
      : ignored;
  const schema = z.object({
    prompt: text,
    image_url: one('image_url'),
    reference_image_url: one('reference_image_url'),
    image_urls: many('image_urls'),
    reference_image_urls: many('reference_image_urls'),
    reference_images:
      options.source === 'reference_images' ? z.array(z.object({ image_url: url })).min(1) : ignored,
    image_size: options.aspects === undefined ? optional(imageSizeOrAuto) : ignored,
    aspect_ratio: options.aspects === undefined ? ignored : optional(choice(...options.aspects)),
    resolution: options.resolutions === undefined ? ignored : optional(resolutionOf(options.resolutions)),
    safety_tolerance: options.tolerance === undefined ? ignored : optional(choice(...options.tolerance)),
    guidance_scale: or(number(0, 35), options.guidance ?? 3.5),
    num_inference_steps: or(integer(1, 50), options.steps ?? 28),
    num_images: options.single === true ? ignored : or(integer(1, 4), 1),
    quality: options.qualities === undefined ? ignored : optional(choice(...options.qualities)),
    loras: options.base === undefined ? ignored : loras(3),
    enable_safety_checker: or(boolean, true),
    output_format: or(
      options.webp === true ? choice('jpeg', 'png', 'webp') : choice('jpeg', 'png'),
      options.format,
    ),
    sync_mode: or(boolean, false),
    seed,
  });
  return defineModel('image', schema, async (input, run) => {
    const single = input.image_url ?? input.reference_image_url;
    const listed =
      input.image_urls ?? input.reference_image_urls ?? input.reference_images?.map((face) => face.image_url);
    const sources =
      single === undefined
        ? await loadPictures(listed ?? [], options.source, run)
        : [await loadPicture(single, ['body', options.source], run)];
    const weights = await loadLoras(input.loras ?? [], options.base ?? 'flux2', run);
    const area = options.resolutions?.[input.resolution ?? ''] ?? MEGAPIXEL;
    const used = pickSeed(input.seed);
    const drawn = await draw(
      {
        prompt: input.prompt,
        size:
          input.image_size ??
          aspectSize(input.aspect_ratio, area) ??
          options.size ??
          likeSource(sources, area),
        count: input.num_images ?? 1,
        seed: used,
        format: input.output_format,
        photos: sources.map((source) => source.bytes),
        caption: ['sandbox', ...weights.map((lora) => `LoRA ${lora.trainingId.slice(0, 8)}`)].join(' · '),
        inline: input.sync_mode,
        checked: input.enable_safety_checker && options.output === 'full',
      },
      run,
    );
    return shape(options.output, drawn, used, input.prompt);
  });
}

function resolutionOf(resolutions: Record<string, number>) {
  const [first = '1K', ...others] = Object.keys(resolutions);
  return choice(first, ...others);
}

function aspectSize(ratio: string | null | undefined, area: number): Size | null {
  return ratio === null || ratio === undefined || ratio === 'auto' ? null : sizeOfRatio(ratio, area);
}

function likeSource(sources: LoadedPicture[], area: number): Size {
  const [first] = sources;
  return first === undefined ? SIZES.square_hd : sizeOfRatio(`${first.width}:${first.height}`, area);
}

function shape(output: Editor['output'], drawn: Drawn, used: number, prompt: string): object {
  const { images, flagged, timings } = drawn;
  if (output === 'images') return { images };
  if (output === 'seed') return { images, seed: used };
  // The nano-banana family has neither flags nor a seed.
  if (output === 'description') return { images, description: `A picture drawn by the sandbox: ${prompt}` };
  return { images, timings, seed: used, has_nsfw_concepts: flagged, prompt };
}

const FLUX_ASPECTS = ['21:9', '16:9', '4:3', '3:2', '1:1', '2:3', '3:4', '9:16', '9:21'] as const;
const BANANA_ASPECTS = [
  'auto',
  '21:9',
  '16:9',
  '3:2',
  '4:3',
  '5:4',
  '1:1',
  '4:5',
  '3:4',
  '2:3',
  '9:16',
] as const;
const SIX = ['1', '2', '3', '4', '5', '6'] as const;
const FIVE = ['1', '2', '3', '4', '5'] as const;
const K = { '1K': MEGAPIXEL, '2K': 4 * MEGAPIXEL, '4K': 16 * MEGAPIXEL };

const banana = {
  source: 'image_urls',
  format: 'png',
  webp: true,
  aspects: BANANA_ASPECTS,
  tolerance: SIX,
  output: 'description',
} as const;
const kontext = {
  source: 'image_url',
  format: 'jpeg',
  aspects: FLUX_ASPECTS,
  tolerance: SIX,
  output: 'full',
} as const;
const flux2Edit = {
  source: 'image_urls',
  format: 'png',
  webp: true,
  guidance: 2.5,
  output: 'full',
} as const;

/** Section 3.9. */
export const editors: Record<string, Model> = {
  'fal-ai/flux-pulid': editor({
    source: 'reference_image_url',
    format: 'jpeg',
    guidance: 4,
    steps: 20,
    size: SIZES.landscape_4_3,
    output: 'full',
    single: true,
  }),
  'fal-ai/pulid': editor({
    source: 'reference_images',
    format: 'jpeg',
    guidance: 1.2,
    steps: 4,
    size: SIZES.square_hd,
    output: 'seed',
  }),
  'fal-ai/instant-character': editor({
    source: 'image_url',
    format: 'jpeg',
    size: SIZES.square_hd,
    output: 'full',
  }),
  'fal-ai/flux-subject': editor({
    source: 'image_url',
    format: 'png',
    steps: 8,
    size: SIZES.square_hd,
    output: 'full',
  }),
  'fal-ai/ideogram/character': editor({
    source: 'reference_image_urls',
    format: 'png',
    size: SIZES.square_hd,
    output: 'seed',
  }),
  'fal-ai/minimax/image-01/subject-reference': editor({
    source: 'image_url',
    format: 'jpeg',
    aspects: ['1:1', '16:9', '4:3', '3:2', '2:3', '3:4', '9:16', '21:9'],
    size: SIZES.square_hd,
    output: 'images',
  }),
  'fal-ai/nano-banana/edit': editor(banana),
  'fal-ai/nano-banana-pro/edit': editor({ ...banana, resolutions: K }),
  'fal-ai/nano-banana-2/edit': editor({
    ...banana,
    aspects: [...BANANA_ASPECTS, '4:1', '1:4', '8:1', '1:8'],
    resolutions: { '0.5K': MEGAPIXEL / 4, ...K },
  }),
  'fal-ai/flux-2/edit': editor({ ...flux2Edit, mostSources: 4 }),
  'fal-ai/flux-2/lora/edit': editor({ ...flux2Edit, base: 'flux2' }),
  'fal-ai/flux-2-pro/edit': editor({
    source: 'image_urls',
    mostSources: 9,
    format: 'jpeg',
    tolerance: FIVE,
    output: 'seed',
    single: true,
  }),
  'openai/gpt-image-2/edit': editor({
    source: 'image_urls',
    mostSources: 16,
    format: 'png',
    qualities: ['auto', 'low', 'medium', 'high'],
    output: 'images',
  }),
  'fal-ai/flux-pro/kontext': editor(kontext),
  'fal-ai/flux-pro/kontext/max': editor(kontext),
  'fal-ai/bytedance/seedream/v4.5/edit': editor({
    source: 'image_urls',
    mostSources: 10,
    format: 'png',
    output: 'images',
  }),
};

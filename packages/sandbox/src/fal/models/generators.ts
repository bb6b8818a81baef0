import { z } from 'zod';
import type { LoraBase } from '../lora.ts';
import { fail } from '../outcome.ts';
import {
  boolean,
  choice,
  imageSize,
  integer,
  loras,
  number,
  or,
  optional,
  seed,
  SIZES,
  sizeOfRatio,
  text,
  url,
} from './fields.ts';
import { defineModel, type Model } from './model.ts';
import { draw, loadLoras, loadPicture, pickSeed } from './pictures.ts';

interface LoraGenerator {
  base: LoraBase;
  defaultFormat: 'jpeg' | 'png';
  webp?: boolean;
  guidance: number;
  steps: number;
  mostLoras?: number;
  fromImage?: boolean;
}

/** flux-lora and its kin (3.8): prompt and weights in, images with flags, seed and prompt out. */
function loraGenerator(options: LoraGenerator): Model {
  const schema = z.object({
    prompt: text,
    loras: loras(options.mostLoras),
    image_size: optional(imageSize),
    num_inference_steps: or(integer(1, 50), options.steps),
    guidance_scale: or(number(0, 35), options.guidance),
    num_images: or(integer(1, 4), 1),
    seed,
    enable_safety_checker: or(boolean, true),
    output_format: or(
      options.webp === true ? choice('jpeg', 'png', 'webp') : choice('jpeg', 'png'),
      options.defaultFormat,
    ),
    acceleration: optional(choice('none', 'regular', 'high')),
    sync_mode: or(boolean, false),
    strength: or(number(0.01, 1), 0.85),
    image_url: options.fromImage === true ? url : optional(url),
  });
  return defineModel('image', schema, async (input, run) => {
    run.log('Loading LoRA weights');
    const weights = await loadLoras(input.loras, options.base, run);
    const start = options.fromImage === true ? (input.image_url ?? null) : null;
    const source = start === null ? null : await loadPicture(start, ['body', 'image_url'], run);
    const used = pickSeed(input.seed);
    const trained = weights.flatMap((lora) => lora.photos);
    const drawn = await draw(
      {
        prompt: input.prompt,
        size: input.image_size ?? sourceSize(source) ?? SIZES.landscape_4_3,
        count: input.num_images,
        seed: used,
        format: input.output_format,
        photos: trained.length > 0 ? trained : source === null ? [] : [source.bytes],
        caption: ['sandbox', ...weights.map((lora) => `LoRA ${lora.trainingId.slice(0, 8)}`)].join(' · '),
        inline: input.sync_mode,
        checked: input.enable_safety_checker,
      },
      run,
    );
    return {
      images: drawn.images,
      timings: drawn.timings,
      seed: used,
      has_nsfw_concepts: drawn.flagged,
      prompt: input.prompt,
    };
  });
}

/** An edit keeps the size of what it starts from, within what the models draw. */
function sourceSize(source: { width: number; height: number } | null) {
  return source === null ? null : sizeOfRatio(`${source.width}:${source.height}`, 1024 * 1024);
}

const RATIOS = ['21:9', '16:9', '4:3', '3:2', '1:1', '2:3', '3:4', '9:16', '9:21'] as const;
/** Ultra draws about four megapixels. */
const ULTRA_AREA = 2048 * 2048;
/** "…or string" in the typings: any other proportion written the same way. */
const ratio = z.string().regex(/^\d{1,2}:\d{1,2}$/u, `Use a ratio such as ${RATIOS.join(', ')}`);

function ultra(finetuned: boolean): Model {
  const schema = z.object({
    prompt: text,
    finetune_id: finetuned ? text : optional(text),
    finetune_strength: finetuned ? number(0, 2) : optional(number()),
    aspect_ratio: or(ratio, '16:9'),
    enhance_prompt: or(boolean, false),
    raw: or(boolean, false),
    sync_mode: or(boolean, false),
    image_url: optional(url),
    image_prompt_strength: or(number(0, 1), 0.1),
    num_images: or(integer(1, 4), 1),
    output_format: or(choice('jpeg', 'png'), 'jpeg'),
    safety_tolerance: or(choice('1', '2', '3', '4', '5', '6'), '2'),
    seed,
  });
  return defineModel('image', schema, async (input, run) => {
    const finetune = finetuned ? await run.readFinetune(input.finetune_id ?? '') : null;
    if (finetuned && finetune === null) {
      throw fail('value_error', ['body', 'finetune_id'], 'Finetune not found', { input: input.finetune_id });
    }
    const address = input.image_url ?? null;
    const source = address === null ? null : await loadPicture(address, ['body', 'image_url'], run);
    const used = pickSeed(input.seed);
    const drawn = await draw(
      {
        prompt: input.prompt,
        size: sizeOfRatio(input.aspect_ratio, ULTRA_AREA),
        count: input.num_images,
        seed: used,
        format: input.output_format,
        photos: finetune?.photos ?? (source === null ? [] : [source.bytes]),
        caption: finetune === null ? 'sandbox' : `sandbox · finetune ${finetune.trainingId.slice(0, 8)}`,
        inline: input.sync_mode,
        checked: true,
      },
      run,
    );
    return {
      images: drawn.images,
      timings: drawn.timings,
      seed: used,
      has_nsfw_concepts: drawn.flagged,
      prompt: input.prompt,
    };
  });
}

const flux1 = { base: 'flux1', defaultFormat: 'jpeg', guidance: 3.5, steps: 28 } as const;

/** Sections 3.4 and 3.8. */
export const generators: Record<string, Model> = {
  'fal-ai/flux-lora': loraGenerator(flux1),
  'fal-ai/flux-lora/image-to-image': loraGenerator({ ...flux1, fromImage: true }),
  'fal-ai/flux-krea-lora': loraGenerator(flux1),
  'fal-ai/flux-general': loraGenerator({ ...flux1, defaultFormat: 'png' }),
  'fal-ai/flux-2/lora': loraGenerator({
    base: 'flux2',
    defaultFormat: 'png',
    webp: true,
    guidance: 2.5,
    steps: 28,
    mostLoras: 3,
  }),
  'fal-ai/z-image/turbo/lora': loraGenerator({
    base: 'z-image',
    defaultFormat: 'png',
    webp: true,
    guidance: 1,
    steps: 8,
    mostLoras: 3,
  }),
  'fal-ai/flux-pro/v1.1-ultra': ultra(false),
  'fal-ai/flux-pro/v1.1-ultra-finetuned': ultra(true),
};

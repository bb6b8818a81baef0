import { GENERATOR_LIMITS, type Generator, readImages } from './generator.ts';
import { perImage } from './price.ts';

/** Draws the fine-tunes of the withdrawn trainer: they live at the provider under their ids. */
export const fluxProUltraFinetuned: Generator = {
  name: 'flux-pro-finetuned',
  endpoint: 'fal-ai/flux-pro/v1.1-ultra-finetuned',
  role: 'generator',
  alone: false,
  perRequest: 4,
  price: perImage(0.07),
  limits: GENERATOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, model, aspect, count, seed }) => ({
    prompt,
    finetune_id: model,
    finetune_strength: 1.1,
    aspect_ratio: aspect,
    num_images: count,
    seed,
    safety_tolerance: '2',
    output_format: 'jpeg',
  }),
  readOutput: readImages,
};

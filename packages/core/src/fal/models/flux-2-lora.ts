import { GENERATOR_LIMITS, type Generator, readImages } from './generator.ts';
import { perMegapixel } from './price.ts';

/** FLUX.2 [dev] with a LoRA, or without one. */
export const flux2Lora: Generator = {
  name: 'flux-2-lora',
  endpoint: 'fal-ai/flux-2/lora',
  role: 'generator',
  alone: true,
  perRequest: 4,
  price: perMegapixel(0.021),
  limits: GENERATOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, model, size, count, seed }) => ({
    prompt,
    loras: model ? [{ path: model, scale: 1 }] : [],
    image_size: size,
    num_images: count,
    guidance_scale: 2.5,
    seed,
    enable_safety_checker: true,
    output_format: 'jpeg',
  }),
  readOutput: readImages,
};

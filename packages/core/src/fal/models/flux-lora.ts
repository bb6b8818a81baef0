import { GENERATOR_LIMITS, type Generator, readImages } from './generator.ts';
import { perMegapixel } from './price.ts';

/** FLUX.1 [dev] with a LoRA, or without one. */
export const fluxLora: Generator = {
  name: 'flux-lora',
  endpoint: 'fal-ai/flux-lora',
  role: 'generator',
  alone: true,
  perRequest: 4,
  price: perMegapixel(0.035),
  limits: GENERATOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, model, size, count, seed }) => ({
    prompt,
    loras: model ? [{ path: model, scale: 1 }] : [],
    image_size: size,
    num_images: count,
    num_inference_steps: 28,
    guidance_scale: 3.5,
    seed,
    enable_safety_checker: true,
    output_format: 'jpeg',
  }),
  readOutput: readImages,
};

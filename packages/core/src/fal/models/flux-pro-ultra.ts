import { GENERATOR_LIMITS, type Generator, readImages } from './generator.ts';
import { perImage } from './price.ts';

/** FLUX1.1 [pro] ultra: four megapixels, and no model of ours. */
export const fluxProUltra: Generator = {
  name: 'flux-pro-ultra',
  endpoint: 'fal-ai/flux-pro/v1.1-ultra',
  role: 'generator',
  alone: true,
  perRequest: 4,
  price: perImage(0.06),
  limits: GENERATOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, aspect, count, seed }) => ({
    prompt,
    aspect_ratio: aspect,
    num_images: count,
    seed,
    safety_tolerance: '2',
    output_format: 'jpeg',
  }),
  readOutput: readImages,
};

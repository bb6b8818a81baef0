import { perMegapixelEnlarged } from './price.ts';
import { readEnlarged, UPSCALER_LIMITS, type Upscaler } from './upscaler.ts';

/** True to what is there, faces among it, and the cheapest. */
export const seedvrUpscale: Upscaler = {
  name: 'seedvr',
  endpoint: 'fal-ai/seedvr/upscale/image',
  role: 'upscaler',
  factor: 2,
  price: perMegapixelEnlarged(0.001),
  limits: UPSCALER_LIMITS,
  shutdown: null,
  buildInput: ({ from, seed }) => ({
    image_url: from,
    upscale_mode: 'factor',
    upscale_factor: 2,
    noise_scale: 0.1,
    output_format: 'jpg',
    seed,
  }),
  readOutput: readEnlarged,
};

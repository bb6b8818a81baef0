import { perMegapixelEnlarged } from './price.ts';
import { readEnlarged, UPSCALER_LIMITS, type Upscaler } from './upscaler.ts';

/** Makes detail up: less of it, and nearer to what is there, than it would by itself, for the sake of faces. */
export const clarityUpscaler: Upscaler = {
  name: 'clarity',
  endpoint: 'fal-ai/clarity-upscaler',
  role: 'upscaler',
  factor: 2,
  price: perMegapixelEnlarged(0.03),
  limits: UPSCALER_LIMITS,
  shutdown: null,
  buildInput: ({ from, seed }) => ({
    image_url: from,
    upscale_factor: 2,
    creativity: 0.2,
    resemblance: 0.9,
    guidance_scale: 4,
    num_inference_steps: 18,
    enable_safety_checker: true,
    seed,
  }),
  readOutput: readEnlarged,
};

import { perMegapixelEnlarged } from './price.ts';
import { readEnlarged, UPSCALER_LIMITS, type Upscaler } from './upscaler.ts';

/** Four times and nothing else. No page names its price: FAL_PRICES must. */
export const auraSr: Upscaler = {
  name: 'aura-sr',
  endpoint: 'fal-ai/aura-sr',
  role: 'upscaler',
  factor: 4,
  price: perMegapixelEnlarged(null),
  limits: UPSCALER_LIMITS,
  shutdown: null,
  buildInput: ({ from }) => ({
    image_url: from,
    upscale_factor: 4,
    checkpoint: 'v2',
    overlapping_tiles: true,
  }),
  readOutput: readEnlarged,
};

import type { Aspect } from '@aisha/db';

export { ASPECT_NAMES, type Aspect } from '@aisha/db';

/** Width and height in pixels, multiples of 16 as diffusion models want them, exact in ratio. */
export const ASPECTS = {
  '1:1': { width: 1024, height: 1024 },
  '3:4': { width: 768, height: 1024 },
  '4:3': { width: 1024, height: 768 },
  '9:16': { width: 720, height: 1280 },
  '16:9': { width: 1280, height: 720 },
} as const satisfies Record<Aspect, { width: number; height: number }>;

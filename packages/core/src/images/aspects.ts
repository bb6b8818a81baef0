export const ASPECT_NAMES = ['1:1', '3:4', '4:3', '9:16', '16:9'] as const;
export type Aspect = (typeof ASPECT_NAMES)[number];

/** Width and height in pixels, multiples of 16 as diffusion models want them, exact in ratio. */
export const ASPECTS = {
  '1:1': { width: 1024, height: 1024 },
  '3:4': { width: 768, height: 1024 },
  '4:3': { width: 1024, height: 768 },
  '9:16': { width: 720, height: 1280 },
  '16:9': { width: 1280, height: 720 },
} as const satisfies Record<Aspect, { width: number; height: number }>;

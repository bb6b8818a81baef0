import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perImage } from './price.ts';

/** Fourteen pictures, of four people at most as its maker advises. It says nothing of what it held back. */
export const nanoBanana2Edit: Editor = {
  name: 'nano-banana-2',
  endpoint: 'fal-ai/nano-banana-2/edit',
  role: 'editor',
  pictures: 14,
  people: 4,
  changes: true,
  perRequest: 4,
  flags: false,
  price: perImage(0.08),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, aspect, count, seed }) => ({
    prompt,
    image_urls: from,
    aspect_ratio: aspect,
    resolution: '1K',
    num_images: count,
    output_format: 'png',
    safety_tolerance: '4',
    seed,
    limit_generations: true,
  }),
  readOutput: readImages,
};

import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perImage } from './price.ts';

/** Fourteen pictures, of five people; dearer and slower than its successor of the smaller line, and better at faces. */
export const nanoBananaProEdit: Editor = {
  name: 'nano-banana-pro',
  endpoint: 'fal-ai/nano-banana-pro/edit',
  role: 'editor',
  pictures: 14,
  people: 5,
  changes: true,
  perRequest: 4,
  flags: false,
  price: perImage(0.15),
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
  }),
  readOutput: readImages,
};

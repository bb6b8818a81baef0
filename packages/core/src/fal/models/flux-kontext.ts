import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perImage } from './price.ts';

/** Changes one picture and keeps the rest of it as it was. */
export const fluxKontext: Editor = {
  name: 'flux-kontext',
  endpoint: 'fal-ai/flux-pro/kontext',
  role: 'editor',
  pictures: 1,
  people: 0,
  changes: true,
  perRequest: 4,
  flags: true,
  price: perImage(0.04),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, aspect, count, seed }) => ({
    prompt,
    image_url: from[0],
    aspect_ratio: aspect,
    num_images: count,
    guidance_scale: 3.5,
    safety_tolerance: '2',
    output_format: 'jpeg',
    seed,
  }),
  readOutput: readImages,
};

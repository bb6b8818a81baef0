import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perMegapixelInAndOut } from './price.ts';

/** FLUX.2 [dev] with pictures; of more than four it keeps the first four. No page names its price: FAL_PRICES must. */
export const flux2Edit: Editor = {
  name: 'flux-2-edit',
  endpoint: 'fal-ai/flux-2/edit',
  role: 'editor',
  pictures: 4,
  people: 2,
  changes: true,
  perRequest: 4,
  flags: true,
  price: perMegapixelInAndOut(null),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, size, count, seed }) => ({
    prompt,
    image_urls: from,
    image_size: size,
    num_images: count,
    num_inference_steps: 28,
    guidance_scale: 2.5,
    enable_safety_checker: true,
    output_format: 'jpeg',
    seed,
  }),
  readOutput: readImages,
};

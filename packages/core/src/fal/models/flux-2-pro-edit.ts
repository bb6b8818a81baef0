import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perMegapixelInAndOut } from './price.ts';

/** FLUX.2 [pro] with pictures: it knows neither a number of images nor guidance, and bills what it looks at. */
export const flux2ProEdit: Editor = {
  name: 'flux-2-pro',
  endpoint: 'fal-ai/flux-2-pro/edit',
  role: 'editor',
  pictures: 9,
  people: 3,
  changes: true,
  perRequest: 1,
  flags: false,
  price: perMegapixelInAndOut(0.015, 2),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, size, seed }) => ({
    prompt,
    image_urls: from,
    image_size: size,
    safety_tolerance: '2',
    enable_safety_checker: true,
    output_format: 'jpeg',
    seed,
  }),
  readOutput: readImages,
};

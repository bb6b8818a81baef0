import { EDITOR_LIMITS, type Editor } from '../editor.ts';
import { readImages } from '../generator.ts';
import { perImage } from '../price.ts';

/** A model that Aisha does not have: the whole of what adding one takes. */
export const nanoBananaEdit: Editor = {
  name: 'nano-banana-1',
  endpoint: 'fal-ai/nano-banana/edit',
  role: 'editor',
  pictures: 3,
  people: 2,
  changes: true,
  perRequest: 4,
  flags: false,
  price: perImage(0.039),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, aspect, count }) => ({
    prompt,
    image_urls: from,
    aspect_ratio: aspect,
    num_images: count,
    output_format: 'png',
  }),
  readOutput: readImages,
};

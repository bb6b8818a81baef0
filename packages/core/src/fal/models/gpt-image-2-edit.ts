import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perImage } from './price.ts';

/** Billed by tokens: this is what a square one of high quality comes to. */
export const gptImage2Edit: Editor = {
  name: 'gpt-image-2',
  endpoint: 'openai/gpt-image-2/edit',
  role: 'editor',
  pictures: 16,
  people: 4,
  changes: true,
  perRequest: 4,
  flags: false,
  price: perImage(0.219),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, size, count }) => ({
    prompt,
    image_urls: from,
    image_size: size,
    num_images: count,
    quality: 'high',
    output_format: 'png',
  }),
  readOutput: readImages,
};

import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perImage } from './price.ts';

/** One person from one picture; of several only the first counts. */
export const ideogramCharacter: Editor = {
  name: 'ideogram-character',
  endpoint: 'fal-ai/ideogram/character',
  role: 'editor',
  pictures: 1,
  people: 1,
  changes: false,
  perRequest: 4,
  flags: false,
  price: perImage(0.15),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, size, count, seed }) => ({
    prompt,
    reference_image_urls: from.slice(0, 1),
    image_size: size,
    num_images: count,
    rendering_speed: 'BALANCED',
    style: 'AUTO',
    expand_prompt: false,
    seed,
  }),
  readOutput: readImages,
};

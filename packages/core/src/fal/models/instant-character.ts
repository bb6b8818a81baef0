import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perMegapixel } from './price.ts';

/** One person from one picture. */
export const instantCharacter: Editor = {
  name: 'instant-character',
  endpoint: 'fal-ai/instant-character',
  role: 'editor',
  pictures: 1,
  people: 1,
  changes: false,
  perRequest: 4,
  flags: true,
  price: perMegapixel(0.1),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, size, count, seed }) => ({
    prompt,
    image_url: from[0],
    image_size: size,
    scale: 1,
    num_images: count,
    num_inference_steps: 28,
    guidance_scale: 3.5,
    enable_safety_checker: true,
    output_format: 'jpeg',
    seed,
  }),
  readOutput: readImages,
};

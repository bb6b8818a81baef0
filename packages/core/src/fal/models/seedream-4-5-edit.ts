import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { type ImageRequest, readImages } from './generator.ts';
import { perImage } from './price.ts';

/** Of what it draws, in pixels; its smallest side. */
const SMALLEST = 1_920;

/** In the same ratio, no side below the smallest. Our sides are multiples of 16, so a quarter of them is whole. */
function enlarged({ width, height }: ImageRequest['size']) {
  const times = Math.ceil((SMALLEST / Math.min(width, height)) * 4) / 4;
  return { width: width * times, height: height * times };
}

/** Large images; of more than ten pictures it keeps the last ten. */
export const seedream45Edit: Editor = {
  name: 'seedream-4.5',
  endpoint: 'fal-ai/bytedance/seedream/v4.5/edit',
  role: 'editor',
  pictures: 10,
  people: 3,
  changes: true,
  perRequest: 4,
  flags: false,
  price: perImage(0.04),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, size, count, seed }) => ({
    prompt,
    image_urls: from,
    image_size: enlarged(size),
    num_images: count,
    // Of one picture it would otherwise make a series.
    max_images: 1,
    enable_safety_checker: true,
    seed,
  }),
  readOutput: readImages,
};

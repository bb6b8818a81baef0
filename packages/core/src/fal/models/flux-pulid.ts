import { EDITOR_LIMITS, type Editor } from './editor.ts';
import { readImages } from './generator.ts';
import { perMegapixelOfOne } from './price.ts';

/** One face from one picture, one image a request. */
export const fluxPulid: Editor = {
  name: 'flux-pulid',
  endpoint: 'fal-ai/flux-pulid',
  role: 'editor',
  pictures: 1,
  people: 1,
  changes: false,
  perRequest: 1,
  flags: true,
  price: perMegapixelOfOne(0.0333),
  limits: EDITOR_LIMITS,
  shutdown: null,
  buildInput: ({ prompt, from, size, seed }) => ({
    prompt,
    reference_image_url: from[0],
    image_size: size,
    num_inference_steps: 20,
    guidance_scale: 4,
    id_weight: 1,
    true_cfg: 1,
    max_sequence_length: '512',
    enable_safety_checker: true,
    seed,
  }),
  readOutput: readImages,
};

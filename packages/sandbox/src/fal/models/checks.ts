import { createHash } from 'node:crypto';
import { z } from 'zod';
import { url } from './fields.ts';
import { defineModel, type Model } from './model.ts';
import { loadPicture, loadPictures } from './pictures.ts';

/** Well under any threshold, and the same for the same picture. */
const HARMLESS = 0.05;
const CERTAIN = 0.997;

const imageutils = defineModel('image', z.object({ image_url: url }), async (input, run) => {
  const { bytes } = await loadPicture(input.image_url, ['body', 'image_url'], run);
  await run.wait(run.seconds);
  await run.reach(1);
  const share = createHash('sha256').update(bytes).digest().readUInt8(0) / 255;
  return { nsfw_probability: run.flagged ? CERTAIN : share * HARMLESS };
});

const xailab = defineModel(
  'image',
  z.object({ image_urls: z.array(url).min(1).max(10) }),
  async (input, run) => {
    const pictures = await loadPictures(input.image_urls, 'image_urls', run);
    await run.wait(run.seconds);
    await run.reach(1);
    return { has_nsfw_concepts: pictures.map(() => run.flagged) };
  },
);

/** Section 3.10: what looks at a picture and says whether it may be shown (the fault `nsfw` says no). */
export const checks: Record<string, Model> = {
  'fal-ai/imageutils/nsfw': imageutils,
  'fal-ai/x-ailab/nsfw': xailab,
};

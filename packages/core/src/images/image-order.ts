import { findDrawable } from '../avatars/shares.ts';
import { falOrder } from '../fal/order.ts';
import { collectImages } from './collect.ts';
import { imageInput } from './images.ts';
import { prepareImages } from './start.ts';

const counted = imageInput.pick({ count: true, quality: true });

/** Images, with an avatar or without; any number of them at once. */
export const image = falOrder({
  // Seconds of work; the rest is FAL's queue on a busy day.
  deadlineMinutes: 15,
  exclusive: false,
  share: 'fal',
  price: (input, prices) => {
    const { count, quality } = counted.parse(input);
    return { each: quality === 'best' ? prices.imageBest : prices.image, units: count };
  },
  input: imageInput,
  progressUnit: 'none',
  forgets: 'images',
  // The avatars of a quote may have been deleted since.
  begun: async ({ tx }, { ownerId, subjectId, input }) => {
    const { others = [] } = imageInput.parse(input);
    for (const id of [...(subjectId === null ? [] : [subjectId]), ...others])
      if ((await findDrawable(tx, ownerId, id))?.state !== 'ready') return false;
    return true;
  },
  prepare: prepareImages,
  collect: collectImages(async ({ order }) => ({
    prompt: imageInput.parse(order.input).prompt,
    avatarId: order.subjectId,
  })),
});

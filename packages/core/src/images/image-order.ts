import { findAvatar } from '../avatars/avatars.ts';
import { falOrder } from '../fal/order.ts';
import { collectImages } from './collect.ts';
import { imageInput } from './images.ts';
import { prepareImages } from './start.ts';

const counted = imageInput.pick({ count: true });

/** Images, with an avatar or without; any number of them at once. */
export const image = falOrder({
  // Seconds of work; the rest is FAL's queue on a busy day.
  deadlineMinutes: 15,
  exclusive: false,
  share: 'fal',
  price: (input, prices) => ({ each: prices.image, units: counted.parse(input).count }),
  input: imageInput,
  progressUnit: 'none',
  // The avatar of a quote may have been deleted since.
  begun: async ({ tx }, { ownerId, subjectId }) =>
    subjectId === null || (await findAvatar(tx, ownerId, subjectId))?.state === 'ready',
  prepare: prepareImages,
  collect: collectImages,
});

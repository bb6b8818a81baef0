import { falOrder } from '../fal/order.ts';
import { collectImages } from './collect.ts';
import { imageInput } from './images.ts';
import { prepareImages } from './start.ts';

/** Images, with an avatar or without; any number of them at once. */
export const image = falOrder({
  // Seconds of work; the rest is FAL's queue on a busy day.
  deadlineMinutes: 15,
  exclusive: false,
  share: 'fal',
  price: null,
  input: imageInput,
  progressUnit: 'none',
  prepare: prepareImages,
  collect: collectImages,
});

import { falOrder } from '../fal/order.ts';
import { collectImages } from './collect.ts';
import {
  collectUpscale,
  collectVideo,
  describeEdit,
  pictureOf,
  prepareEdit,
  prepareUpscale,
  prepareVideo,
} from './change.ts';
import { editInput, oneInput } from './changes.ts';

// The picture of a quote may have been deleted since.
const begun: Parameters<typeof falOrder>[0]['begun'] = async (unit, order) =>
  (await pictureOf(unit, order)) !== null;

/** A picture changed by words; several changes of one at once are several pictures. */
export const edit = falOrder({
  deadlineMinutes: 15,
  exclusive: false,
  share: 'fal',
  price: (_input, prices) => ({ each: prices.edit, units: 1 }),
  input: editInput,
  progressUnit: 'none',
  forgets: 'images',
  begun,
  prepare: prepareEdit,
  collect: collectImages(describeEdit),
});

/** A picture enlarged: the same one twice at once would be the same. */
export const upscale = falOrder({
  deadlineMinutes: 15,
  exclusive: true,
  share: 'fal',
  price: (_input, prices) => ({ each: prices.upscale, units: 1 }),
  input: oneInput,
  progressUnit: 'none',
  forgets: 'images',
  begun,
  prepare: prepareUpscale,
  collect: collectUpscale,
});

/** A picture set in motion: minutes of work, and a queue before them. */
export const video = falOrder({
  deadlineMinutes: 30,
  exclusive: true,
  share: 'fal',
  price: (_input, prices) => ({ each: prices.video, units: 1 }),
  input: oneInput,
  progressUnit: 'none',
  forgets: 'images',
  begun,
  prepare: prepareVideo,
  collect: collectVideo,
});

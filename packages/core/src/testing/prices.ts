import type { Prices } from '@aisha/config';

/** Nothing costs anything, so that tests of other things need no credits. */
export const FREE_OF_CHARGE: Prices = {
  charged: false,
  welcome: 0,
  training: { fast: 150, balanced: 150, quality: 150 },
  image: 5,
  imageBest: 10,
  edit: 5,
  upscale: 3,
  video: 15,
  transcriptionMinute: 10,
  freeSeconds: 60,
  document: 5,
  question: 3,
  usdPerCredit: 0.05,
  belowCost: false,
};

import type { PhotoRules } from '@aisha/config';

/** As configured by default, without what would ask models or draw beside what a test orders. */
export const TEST_PHOTOS: PhotoRules = {
  faces: true,
  faceRequired: false,
  blurred: 12,
  unsharp: 35,
  tinyFace: 25,
  smallFace: 60,
  secondFace: 45,
  dark: 32,
  otherPerson: 65,
  alike: 50,
  judged: false,
  firstPictures: 0,
  likenessBar: 50,
  sorted: true,
};

import { defineParser } from '../child/parser.ts';
import { LIMITS } from '../limits.ts';
import { converted, convertInput, measured, measureInput, reduced, reduceInput } from './answers.ts';

/** Reads a picture's header. Sides are the file's own: before its orientation. */
export const measurePicture = defineParser({
  name: 'picture.measure',
  limits: LIMITS.pictureMeasure,
  input: measureInput,
  output: measured,
  load: async () => (await import('./measure.ts')).measure,
});

/** Decodes every pixel and writes the picture, reduced, upright, as sRGB on white, into `to` as JPEG. */
export const convertPicture = defineParser({
  name: 'picture.convert',
  limits: LIMITS.pictureConvert,
  input: convertInput,
  output: converted,
  load: async () => (await import('./convert.ts')).convert,
});

/** Makes a picture that was converted smaller, into `to` as JPEG. */
export const reduceConverted = defineParser({
  name: 'picture.reduce',
  limits: LIMITS.pictureReduce,
  input: reduceInput,
  output: reduced,
  load: async () => (await import('./reduce.ts')).reduce,
});

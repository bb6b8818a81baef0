import { extractPictures } from './archives/parser.ts';
import type { AnyParser } from './child/parser.ts';
import { convertPicture, measurePicture, reduceConverted } from './pictures/parsers.ts';
import { mp4Boxes, oggPages } from './sound/parser.ts';
import { textParser } from './texts/parser.ts';

/** Every parser that a child can run. */
export const parsers: readonly AnyParser[] = [
  measurePicture,
  convertPicture,
  reduceConverted,
  extractPictures,
  mp4Boxes,
  oggPages,
  textParser,
];

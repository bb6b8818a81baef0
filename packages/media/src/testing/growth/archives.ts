import { type Make, noise, repeated, type Shapes, zipped } from './texts.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** So many files of one content. */
const filled =
  (count: number, content: Make): Make =>
  async (size) => {
    const one = await content(size / count);
    return zipped(Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}.png`, one])));
  };

/** Sizes are of what is unpacked. */
export const ARCHIVES: Shapes = {
  'of pictures': filled(20, (size) => Buffer.concat([PNG, Buffer.alloc(size)])),
  'of texts': filled(100, repeated('a')),
  'of noise': filled(20, noise()),
  'of one zip': async (size) => zipped({ 'a.zip': await zipped({ 'b.zip': Buffer.alloc(size) }) }),
  'of entries': (size) =>
    zipped(Object.fromEntries(Array.from({ length: Math.ceil(size / 4_000) }, (_, i) => [`${i}.png`, PNG]))),
  'of nothing but beginnings': repeated('PK\u0003\u0004', '', '', 'latin1'),
  'of nothing but ends': repeated('PK\u0005\u0006', 'PK\u0003\u0004', '', 'latin1'),
};

import type { ExportItem, ObjectRef } from '@aisha/db';

/**
 * Objects into parts of at most so many bytes, in their order; what is bigger than a part is cut. There is always a first
 * part, which has the data of our tables.
 */
export function packed(
  objects: readonly (ObjectRef & { readonly size: number })[],
  partBytes: number,
): ExportItem[][] {
  const parts: ExportItem[][] = [[]];
  let room = partBytes;
  const next = () => {
    parts.push([]);
    room = partBytes;
  };
  for (const { bucket, key, size } of objects) {
    const name = nameOf(key);
    if (size > partBytes) {
      const pieces = Math.ceil(size / partBytes);
      for (let n = 0; n < pieces; n += 1) {
        if (room < partBytes) next();
        const from = n * partBytes;
        const to = Math.min(size, from + partBytes);
        parts.at(-1)?.push({ bucket, key, name: `${name}.${String(n + 1).padStart(3, '0')}`, from, to });
        room -= to - from;
      }
      continue;
    }
    if (size > room) next();
    parts.at(-1)?.push({ bucket, key, name });
    room -= size;
  }
  return parts;
}

/** Where it lies in the zip: without its owner's number. */
const nameOf = (key: string): string => `files/${key.slice(key.indexOf('/') + 1)}`;

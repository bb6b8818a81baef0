import { type Readable } from 'node:stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';

/** A document has some hundred; one of a million is made to keep somebody busy. */
const MOST_ENTRIES = 10_000;

/** Opens the first entry with a wanted name that a zip archive has; null when it has none or is damaged. */
export async function openEntry(
  bytes: Buffer,
  wanted: readonly RegExp[],
): Promise<{ readonly name: string; readonly size: number; readonly content: Readable } | null> {
  try {
    const zip = await open(bytes);
    const entry = await find(zip, wanted);
    if (!entry || entry.isEncrypted()) return null;
    return {
      name: entry.fileName,
      size: entry.uncompressedSize,
      content: await zip.openReadStreamPromise(entry),
    };
  } catch {
    return null;
  }
}

const open = (bytes: Buffer): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (error, zip) => {
      if (error) reject(error);
      else resolve(zip);
    });
  });

async function find(zip: ZipFile, wanted: readonly RegExp[]): Promise<Entry | null> {
  let seen = 0;
  for await (const entry of zip.eachEntry()) {
    if (wanted.some((name) => name.test(entry.fileName))) return entry;
    if (++seen >= MOST_ENTRIES) return null;
  }
  return null;
}

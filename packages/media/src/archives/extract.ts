import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ARCHIVE } from '../limits.ts';
import { SNIFFED } from '../pictures/formats.ts';
import { sniff } from '../sniff.ts';
import type { Extracted, ExtractInput } from './answers.ts';

/** One entry after the other, by what each one's content is. Archives in the archive are not opened. */
export async function extract({ file, mostBytes }: ExtractInput): Promise<Extracted> {
  try {
    return await unpack(file, mostBytes);
  } catch (error) {
    if (error instanceof TooBig) return { kind: 'refused', reason: 'too_big' };
    if (isFullDisk(error)) throw error;
    return { kind: 'refused', reason: 'unreadable' };
  }
}

class TooBig extends Error {}

async function unpack(file: string, mostBytes: number): Promise<Extracted> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false, decodeStrings: false });
  const files: string[] = [];
  let others = 0;
  let left = mostBytes;
  try {
    if (zip.entryCount > ARCHIVE.mostEntries) throw new TooBig();
    for await (const entry of zip.eachEntry()) {
      if (isFolder(entry)) continue;
      if (entry.isEncrypted()) return { kind: 'refused', reason: 'encrypted' };
      // What its header says; what comes out is held to it by yauzl, and counted here.
      if (entry.uncompressedSize > ARCHIVE.mostBytesOfFile) {
        others += 1;
        continue;
      }
      const name = String(files.length);
      const written = await write(zip, entry, name, left);
      if (written !== null && SNIFFED[await sniff(name)]) {
        files.push(name);
        left -= written;
      } else {
        others += 1;
        await rm(name, { force: true });
      }
    }
  } finally {
    zip.close();
  }
  return { kind: 'extracted', files, others };
}

/** How many bytes came out; null when the entry is damaged. */
async function write(zip: ZipFile, entry: Entry, name: string, most: number): Promise<number | null> {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > most ? new TooBig() : null, chunk);
    },
  });
  const file = createWriteStream(name);
  try {
    await pipeline(await zip.openReadStreamPromise(entry), counted, file);
    return bytes;
  } catch (error) {
    if (error instanceof TooBig || isFullDisk(error)) throw error;
    return null;
  }
}

const isFullDisk = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

/** A name that ends with a slash. */
const isFolder = ({ fileNameRaw }: Entry) => fileNameRaw.at(-1) === 47;

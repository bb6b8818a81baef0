import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportItem, ObjectRef } from '@aisha/db';
import type { Storage } from '@aisha/storage';
import { ZipFile } from 'yazl';

/** A file whose content is made as the zip is written. */
export interface MadeFile {
  readonly name: string;
  readonly lines: () => AsyncIterable<string>;
}

interface ZipParts {
  readonly storage: Storage;
  readonly signal: AbortSignal;
}

/** What is packed already is not packed once more. */
const PACKED = /\.(?:jpe?g|png|webp|heic|ogg|oga|mp3|m4a|mp4|zip|safetensors|pdf|docx)(?:\.\d+)?$/i;

/** Writes a zip into the bucket as it is made: one file at a time, and of it a few hundred kilobytes. */
export async function zipTo(
  { storage, signal }: ZipParts,
  target: ObjectRef,
  items: readonly ExportItem[],
  made: readonly MadeFile[],
): Promise<void> {
  const zip = new ZipFile();
  const out = new PassThrough();
  const failed = (error: unknown) =>
    void out.destroy(error instanceof Error ? error : new Error('a zip could not be written'));
  zip.on('error', failed);
  // yazl does not listen to its sources: one that breaks off would end the process, and the zip would wait for it for ever.
  const watched = (source: Readable) => source.on('error', failed);
  for (const { name, lines } of made)
    zip.addReadStreamLazy(name, { compress: true }, (take) => take(null, watched(Readable.from(lines()))));
  for (const item of items)
    zip.addReadStreamLazy(item.name, { compress: !PACKED.test(item.name) }, (take) => {
      contentOf(storage, item, signal).then(
        (stream) => take(null, watched(stream)),
        (error: unknown) => failed(error),
      );
    });
  zip.end();
  const piped = pipeline(Readable.from(zip.outputStream), out, { signal });
  await Promise.all([
    piped,
    storage.put(target.bucket, target.key, out, { contentType: 'application/zip', signal }),
  ]);
}

/** What was deleted since the export was planned is empty in it. */
async function contentOf(
  storage: Storage,
  { bucket, key, from = 0, to }: ExportItem,
  signal: AbortSignal,
): Promise<Readable> {
  const stream = await storage.getStream(bucket, key, { signal });
  if (stream === null) return Readable.from([]);
  return to === undefined ? stream : Readable.from(between(stream, from, to));
}

async function* between(stream: AsyncIterable<Buffer>, from: number, to: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of stream) {
    const start = Math.max(0, from - at);
    const end = Math.min(chunk.length, to - at);
    if (end > start) yield chunk.subarray(start, end);
    at += chunk.length;
    // The rest is another part's.
    if (at >= to) return;
  }
}

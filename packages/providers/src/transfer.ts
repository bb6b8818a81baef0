import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A body that grew past the limit; the rest was not read. */
export class TooBigError extends Error {
  override readonly name = 'TooBigError';
}

export interface Bounds {
  readonly maxBytes: number;
  /** Covers the whole transfer. */
  readonly signal: AbortSignal;
}

// A transfer may be long, but never silent for this long.
const IDLE_MS = 30_000;

/** Reads the whole body into memory, at most `maxBytes`. */
export async function readBounded(body: AsyncIterable<Uint8Array>, bounds: Bounds): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bounded(body, bounds)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes the body to a new file; on any failure the file is removed. Returns its size. */
export async function writeBounded(
  body: AsyncIterable<Uint8Array>,
  path: string,
  bounds: Bounds,
): Promise<number> {
  const file = createWriteStream(path, { flags: 'wx' });
  try {
    await pipeline(Readable.from(bounded(body, bounds), { objectMode: false }), file, {
      signal: bounds.signal,
    });
    return file.bytesWritten;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** The body as it comes, at most `maxBytes` of it, never silent for long. */
export async function* bounded(
  body: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: Bounds,
): AsyncGenerator<Uint8Array> {
  const idle = new AbortController();
  const either = AbortSignal.any([signal, idle.signal]);
  // Not a promise that every step races with: it would hold each step's chunk until the end.
  let interrupt: (reason: unknown) => void = () => undefined;
  either.addEventListener('abort', () => interrupt(either.reason), { once: true });
  const iterator = body[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      either.throwIfAborted();
      const step = Promise.withResolvers<IteratorResult<Uint8Array>>();
      interrupt = step.reject;
      const timer = setTimeout(
        () => idle.abort(new DOMException('the transfer stalled', 'TimeoutError')),
        IDLE_MS,
      );
      iterator.next().then(step.resolve, step.reject);
      const next = await step.promise.finally(() => clearTimeout(timer));
      if (next.done === true) return;
      bytes += next.value.byteLength;
      if (bytes > maxBytes) throw new TooBigError(`more than ${maxBytes} bytes`);
      yield next.value;
    }
  } finally {
    // Frees the connection; a body that hangs must not be waited for.
    void iterator.return?.().catch(() => undefined);
  }
}

/** The size the server announces; null when it does not say. */
export function announcedSize(headers: { get(name: string): string | null }): number | null {
  const value = headers.get('content-length');
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}

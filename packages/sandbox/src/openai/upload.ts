import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { ApiError, badRequest, htmlPage } from './errors.ts';

/** The API's own limit on a request, and where the edge in front of it gives up. */
export const MAX_REQUEST_BYTES = 26_214_400;
export const MAX_EDGE_BYTES = 100 * 1024 * 1024;

export interface UploadedFile {
  path: string;
  name: string;
  contentType: string;
  bytes: number;
  sha256: string;
  /** The first bytes, for the magic numbers. */
  head: Buffer;
}

export interface Form {
  /** Every field's values under its name without `[]`. */
  fields: Map<string, string[]>;
  file: UploadedFile | null;
  /** Removes the files. */
  discard(): Promise<void>;
}

/** Watches the bytes of a body go by: a fault may act on them, the edge refuses what is far too much. */
export type ByteWatch = (total: number) => void;

/** Reads a body to its end; `onBytes` may throw. Above the edge's limit it is thrown away unread. */
export async function* watchedBody(request: IncomingMessage, onBytes: ByteWatch): AsyncGenerator<Buffer> {
  let total = 0;
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > MAX_EDGE_BYTES) {
    request.resume();
    throw edgeRefusal();
  }
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    total += chunk.length;
    onBytes(total);
    if (total > MAX_EDGE_BYTES) {
      request.resume();
      throw edgeRefusal();
    }
    yield chunk;
  }
}

const edgeRefusal = (): ApiError =>
  new ApiError(413, 'Request Entity Too Large', { html: htmlPage(413, 'Request Entity Too Large') });

export function tooLarge(bytes: number): ApiError {
  return new ApiError(
    413,
    `413: Maximum content size limit (${MAX_REQUEST_BYTES}) exceeded (${bytes} bytes read)`,
    {
      type: 'server_error',
      beside: { usage: { type: 'duration', seconds: 0 } },
    },
  );
}

/** Reads a multipart form, of known length or chunked, its file to a folder of its own. */
export async function readForm(request: IncomingMessage, onBytes: ByteWatch): Promise<Form> {
  if (!/^multipart\/form-data;/iu.test(request.headers['content-type'] ?? '')) {
    throw badRequest('Could not parse multipart form');
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'aisha-openai-'));
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await parseInto(folder, request, onBytes)), discard };
  } catch (error) {
    await discard();
    throw error;
  }
}

async function parseInto(
  folder: string,
  request: IncomingMessage,
  onBytes: ByteWatch,
): Promise<Omit<Form, 'discard'>> {
  const fields = new Map<string, string[]>();
  const files: Promise<UploadedFile | null>[] = [];
  const parser = busboy({
    headers: request.headers,
    defParamCharset: 'utf8',
    limits: { fieldSize: MAX_REQUEST_BYTES },
  });
  parser.on('field', (name, value) => {
    const key = name.replace(/\[\]$/u, '');
    fields.set(key, [...(fields.get(key) ?? []), value]);
  });
  let count = 0;
  parser.on('file', (name, stream, { filename, mimeType }) => {
    if (name !== 'file') {
      stream.resume();
      return;
    }
    count += 1;
    const target = path.join(folder, String(count));
    const hash = createHash('sha256');
    let head = Buffer.alloc(0);
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
      if (head.length < 16) head = Buffer.concat([head, chunk.subarray(0, 16)]);
    });
    files.push(
      pipeline(stream, createWriteStream(target)).then(() => ({
        path: target,
        // A part without a file name comes here only when its type is binary.
        name: filename ?? '',
        contentType: mimeType,
        bytes,
        sha256: hash.digest('hex'),
        head,
      })),
    );
  });
  let total = 0;
  try {
    await pipeline(
      watchedBody(request, (bytes) => {
        total = bytes;
        onBytes(bytes);
      }),
      parser,
    );
  } catch (error) {
    await Promise.allSettled(files);
    if (error instanceof Error && /unexpected end of form|malformed|boundary/iu.test(error.message)) {
      throw badRequest('Could not parse multipart form');
    }
    throw error;
  }
  const [file = null] = await Promise.all(files);
  if (total > MAX_REQUEST_BYTES) throw tooLarge(total);
  return { fields, file };
}

/** Reads a JSON body. */
export async function readJson(request: IncomingMessage, onBytes: ByteWatch): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of watchedBody(request, onBytes)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Told below.
  }
  throw badRequest(
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
  );
}

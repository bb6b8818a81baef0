import { Readable } from 'node:stream';
import type { UploadOutcome } from '@aisha/providers';
import { TransientError } from '@aisha/service';
import { objectKey } from '@aisha/storage';
import { z } from 'zod';
import type { WorkerParts } from '../parts.ts';
import type { Avatar } from './avatars.ts';

type ModelParts = Pick<WorkerParts, 'fal' | 'storage'>;

/** LoRA files are some 20 to 300 MB. */
const MODEL_MAX_BYTES = 1024 * 1024 * 1024;
/** At 2 MB/s; the job has a little more. */
const MODEL_TIME_MS = 560_000;

/** Copies the LoRA to our bucket as it comes; null when there is no such file or it is not one. */
export async function keepModelFile(
  parts: ModelParts,
  avatar: Pick<Avatar, 'id' | 'ownerId'>,
  url: string,
  signal: AbortSignal,
): Promise<string | null> {
  const key = objectKey(avatar.ownerId, 'avatars', avatar.id, 'model.safetensors');
  const file = await parts.fal.downloadTo(
    url,
    async (body) => {
      const whole = Readable.from(wholeModel(body), { objectMode: false });
      try {
        await parts.storage.put('avatars', key, whole, { contentType: 'application/octet-stream', signal });
        return true;
      } catch (error) {
        if (error instanceof Error && error.cause instanceof DamagedModel) return false;
        throw error;
      }
    },
    { maxBytes: MODEL_MAX_BYTES, timeoutMs: MODEL_TIME_MS, signal },
  );
  if (file.kind === 'retry') throw new TransientError(`the model file cannot be fetched now: ${file.why}`);
  return file.kind === 'ok' && file.taken ? key : null;
}

/** Uploads our copy to FAL anew, as it comes from the bucket; null when it is not there. */
export async function sendModelFile(
  parts: ModelParts,
  { id, modelKey }: Pick<Avatar, 'id'> & { readonly modelKey: string },
  signal: AbortSignal,
): Promise<UploadOutcome | null> {
  const info = await parts.storage.head('avatars', modelKey, { signal });
  const stream = info && (await parts.storage.getStream('avatars', modelKey, { signal }));
  if (!stream) return null;
  return parts.fal.uploadFile(
    { stream, bytes: info.size },
    { fileName: `${id}.safetensors`, contentType: 'application/octet-stream', signal },
  );
}

/** No model, or not the whole of one. */
export class DamagedModel extends Error {
  override readonly name = 'DamagedModel';
}

/** A LoRA's is some 100 KB: a name and a place for each of its tensors. */
const HEADER_MAX_BYTES = 16 * 1024 * 1024;
const LENGTH_BYTES = 8;

const header = z.record(
  z.string(),
  z.looseObject({ data_offsets: z.tuple([z.number(), z.number()]).optional() }),
);

/**
 * Passes a model file on and throws a DamagedModel as soon as it cannot be one. The safetensors layout: 8 bytes of
 * little-endian header length, then that much JSON whose entries point into the rest of the file. A cut download or
 * an error page fails here; of the file itself nothing but the header is held.
 */
export async function* wholeModel(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer[] = [];
  let bytes = 0;
  let wanted = LENGTH_BYTES;
  let expected: number | null = null;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (expected !== null) {
      yield chunk;
      continue;
    }
    head.push(Buffer.from(chunk));
    if (bytes < wanted) continue;
    const start = Buffer.concat(head);
    head = [start];
    wanted = LENGTH_BYTES + headerLength(start);
    if (bytes < wanted) continue;
    expected = wanted + dataLength(start.toString('utf8', LENGTH_BYTES, wanted));
    head = [];
    yield start;
  }
  if (expected === null || bytes < expected)
    throw new DamagedModel(`${bytes} of ${expected ?? wanted} bytes came`);
}

function headerLength(start: Buffer): number {
  const length = Number(start.readBigUInt64LE(0));
  if (length < 2 || length > HEADER_MAX_BYTES) throw new DamagedModel(`a header of ${length} bytes`);
  return length;
}

function dataLength(json: string): number {
  try {
    const tensors = header.parse(JSON.parse(json));
    return Math.max(0, ...Object.values(tensors).map((tensor) => tensor.data_offsets?.[1] ?? 0));
  } catch (error) {
    throw new DamagedModel('a header that is none', { cause: error });
  }
}

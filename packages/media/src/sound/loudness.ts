import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { SOUND } from '../limits.ts';

const FRAME_BYTES = SOUND.frameMs * SOUND.bytesPerMs;

/** Loudness of each 20 ms of decoded sound in dBFS, from −100 (nothing) to 0. Reads the file once, in little memory. */
export async function loudness(pcm: string): Promise<Float32Array> {
  const frames = new Float32Array(Math.ceil((await stat(pcm)).size / FRAME_BYTES));
  let at = 0;
  const chunks: AsyncIterable<Buffer> = createReadStream(pcm, { highWaterMark: FRAME_BYTES * 1_600 });
  for await (const bytes of chunks) {
    for (let i = 0; i < bytes.length; i += FRAME_BYTES) {
      const end = Math.min(i + FRAME_BYTES, bytes.length - 1);
      let sum = 0;
      for (let j = i; j < end; j += 2) sum += bytes.readInt16LE(j) ** 2;
      const rms = Math.sqrt(sum / (FRAME_BYTES / 2)) / 32_768;
      frames[at++] = Math.max(-100, 20 * Math.log10(rms + 1e-9));
    }
  }
  return frames;
}

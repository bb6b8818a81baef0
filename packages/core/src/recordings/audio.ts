import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { execa, ExecaError } from 'execa';

/** What every recording is turned into before it is cut: enough for speech, and cut exactly by byte. */
const RATE = 16_000;
const BYTES_PER_MS = (RATE * 2) / 1_000;
/** One loudness figure for this much sound. */
export const FRAME_MS = 20;
const FRAME_BYTES = FRAME_MS * BYTES_PER_MS;

/** Decodes the sound of any audio or video file into headerless 16 kHz mono PCM. False when there is none in it. */
export async function decodeSound(input: string, output: string, signal: AbortSignal): Promise<boolean> {
  try {
    await execa(
      'ffmpeg',
      // protocol_whitelist: a playlist inside the file must not make ffmpeg open other files or addresses.
      [
        '-nostdin',
        '-v',
        'error',
        '-protocol_whitelist',
        'file',
        '-i',
        input,
        '-map',
        '0:a:0',
        '-ac',
        '1',
        '-ar',
        String(RATE),
        '-f',
        's16le',
        '-y',
        output,
      ],
      { cancelSignal: signal, timeout: 30 * 60_000, maxBuffer: 64_000 },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ExecaError && error.exitCode !== undefined) return false;
    throw error;
  }
  return (await stat(output)).size > 0;
}

/** Loudness of each 20 ms in dBFS, from −100 (nothing) to 0. Reads the file once, in little memory. */
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

/** A stretch of PCM as OGG/Opus, the form every speech model takes. Memory: the stretch's own size. */
export async function encodePiece(
  pcm: string,
  startMs: number,
  endMs: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const file = await open(pcm);
  try {
    const from = Math.round(startMs * BYTES_PER_MS);
    const size = Math.round(endMs * BYTES_PER_MS) - from;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, from);
    const { stdout } = await execa(
      'ffmpeg',
      [
        '-nostdin',
        '-v',
        'error',
        '-f',
        's16le',
        '-ar',
        String(RATE),
        '-ac',
        '1',
        '-i',
        'pipe:0',
        '-c:a',
        'libopus',
        '-b:a',
        '32k',
        // A quarter of the usual effort: for speech at this rate nobody hears the difference, no model either.
        '-compression_level',
        '3',
        '-f',
        'ogg',
        'pipe:1',
      ],
      {
        input: buffer.subarray(0, bytesRead),
        encoding: 'buffer',
        cancelSignal: signal,
        timeout: 5 * 60_000,
        maxBuffer: 64 * 1024 * 1024,
        // `-nostdin` concerns commands typed to ffmpeg; the sound comes through the pipe.
        stripFinalNewline: false,
      },
    );
    return Buffer.from(stdout);
  } finally {
    await file.close();
  }
}

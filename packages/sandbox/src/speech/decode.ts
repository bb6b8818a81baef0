import { createListener, LISTEN_RATE } from './analysis.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { readWords, type SpokenWord } from './reading.ts';

export interface DecodedSpeech {
  words: SpokenWord[];
  /** Seconds. */
  duration: number;
  /** Loudest 30 ms as a root mean square, 0–1. */
  loudest: number;
}

/** Decodes mono samples of {@link LISTEN_RATE}. */
export function decodeSamples(samples: Int16Array): DecodedSpeech {
  const listener = createListener();
  listener.push(samples);
  const heard = listener.end();
  return { words: readWords(heard), duration: heard.duration, loudest: heard.loudest };
}

/**
 * Decodes any file that ffmpeg reads (a path, or the bytes of a format that needs no seeking). Rejects with
 * FfmpegError when it cannot be read or has no sound.
 */
export async function decodeSpeech(
  source: string | Uint8Array,
  signal?: AbortSignal,
): Promise<DecodedSpeech> {
  const listener = createListener();
  let odd: Buffer = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    const bytes = odd.length > 0 ? Buffer.concat([odd, chunk]) : chunk;
    const even = bytes.length - (bytes.length % 2);
    odd = Buffer.from(bytes.subarray(even));
    const samples = new Int16Array(even / 2);
    for (let i = 0; i < samples.length; i += 1) samples[i] = bytes.readInt16LE(i * 2);
    listener.push(samples);
  };
  await runFfmpeg({
    args: [
      '-i',
      typeof source === 'string' ? source : 'pipe:0',
      '-vn',
      '-map',
      '0:a:0',
      '-ac',
      '1',
      '-ar',
      String(LISTEN_RATE),
      '-c:a',
      'pcm_s16le',
      '-f',
      's16le',
      'pipe:1',
    ],
    ...(typeof source === 'string' ? {} : { input: [source] }),
    ...(signal ? { signal } : {}),
    onOutput: take,
  });
  const heard = listener.end();
  return { words: readWords(heard), duration: heard.duration, loudest: heard.loudest };
}

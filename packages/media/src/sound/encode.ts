import type { MediaParts } from '../parts.ts';
import { TransientError } from '@aisha/service';
import { ENCODE, SOUND } from '../limits.ts';
import type { Sound } from './decode.ts';

/** A stretch of decoded sound. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
  /** Made louder by so many dB; what would be too loud is held down. */
  readonly gainDb: number;
}

/** A stretch as OGG/Opus, the form every speech model takes. Memory: the answer's size. */
export async function encodeStretch(
  media: MediaParts,
  sound: Pick<Sound, 'path' | 'folder'>,
  { startMs, endMs, gainDb }: Stretch,
  { owner, signal }: { readonly owner: string; readonly signal: AbortSignal },
): Promise<Buffer> {
  const input = [
    '-f',
    's16le',
    '-ar',
    String(SOUND.rate),
    '-ac',
    '1',
    '-skip_initial_bytes',
    String(startMs * SOUND.bytesPerMs),
    '-t',
    String((endMs - startMs) / 1_000),
    '-i',
    sound.path,
    ...(gainDb > 0 ? ['-af', `volume=${gainDb}dB,alimiter=limit=0.9:level=disabled`] : []),
  ];
  return encodeOpus(media, input, { folder: sound.folder, owner, signal });
}

/** What these arguments of ffmpeg open and filter, as OGG/Opus. */
export async function encodeOpus(
  media: MediaParts,
  input: readonly string[],
  run: { readonly folder: Sound['folder']; readonly owner: string; readonly signal: AbortSignal },
): Promise<Buffer> {
  const ended = await media.pool.program(
    'ffmpeg',
    [
      '-nostdin',
      '-nostats',
      '-v',
      'error',
      ...input,
      // A quarter of the usual effort: for speech at this rate nobody hears the difference, no model either.
      '-c:a',
      'libopus',
      '-b:a',
      '32k',
      '-compression_level',
      '3',
      '-f',
      'ogg',
      'pipe:1',
    ],
    { ...run, limits: ENCODE },
  );
  if (ended.kind === 'refused') throw new TransientError(`sound was not encoded: ${ended.reason}`);
  if (ended.code !== 0) throw new Error(`ffmpeg ended with ${ended.code}: ${ended.stderr}`);
  return ended.stdout;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Refusal } from '../child/pool.ts';
import { PICTURE } from '../limits.ts';
import type { MediaParts } from '../parts.ts';
import type { PictureFormat } from './formats.ts';
import { convertPicture, measurePicture, reduceConverted } from './parsers.ts';

/** A picture that somebody sent, opened: every pixel was decoded. */
export interface Picture {
  readonly kind: 'ok';
  /** What it was. */
  readonly format: PictureFormat;
  /** Sides of the original, upright, in pixels. */
  readonly original: { readonly width: number; readonly height: number };
  /** Reduced (formats.ts), upright, sRGB, on white, without what its file told of place and camera. */
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
  /** Hex of an 8 × 8 RGB miniature: survives scaling and recompression. */
  readonly miniature: string;
}

export type PictureProblem = 'unsupported_format' | 'too_many_pixels' | 'too_costly' | 'unreadable';

export interface PictureRefused {
  readonly kind: 'refused';
  readonly reason: PictureProblem;
  /** What it is, where that is known: a picture's format, or the name of what is none (`svg`, `pdf`). */
  readonly format: string | null;
}

export interface OpenOptions {
  /** Whose it is, for the order of turns. */
  readonly owner: string;
  readonly signal: AbortSignal;
}

/** Opens a picture by what its content is. A full disk rejects with a TransientError. */
export async function openPicture(
  { scratch, pool }: MediaParts,
  file: Uint8Array,
  options: OpenOptions,
): Promise<Picture | PictureRefused> {
  await using folder = await scratch.folder(file.length + PICTURE.scratchBytes, options);
  await scratch.write(folder, 'in', file);
  const job = { ...options, folder };

  const measured = await pool.run(measurePicture, { file: 'in' }, job);
  if (measured.kind === 'refused') return broken(measured, null);
  const header = measured.value;
  switch (header.kind) {
    case 'unsupported':
      return refused('unsupported_format', header.name);
    case 'unreadable':
      return refused('unreadable', null);
    case 'too_many_pixels':
      return refused('too_many_pixels', header.format);
    case 'measured':
      break;
    default:
      return header satisfies never;
  }

  const { format, width, height, orientation, memoryBytes } = header;
  const input = { file: 'in', to: 'out', format, width, height, orientation };
  const converted = await pool.run(convertPicture, input, { ...job, limits: { memoryBytes } });
  if (converted.kind === 'refused') return broken(converted, format);
  const result = converted.value;
  if (result.kind === 'unreadable') return refused('unreadable', format);
  return {
    kind: 'ok',
    format,
    // From 5 on the camera was held on its side.
    original: orientation >= 5 ? { width: height, height: width } : { width, height },
    jpeg: await readFile(join(folder.path, 'out')),
    width: result.width,
    height: result.height,
    miniature: result.miniature,
  };
}

/** A picture of ours with its longer side at most `side` pixels, as JPEG; null when it cannot be reduced. */
export async function reducePicture(
  { scratch, pool }: MediaParts,
  picture: Uint8Array,
  { side, ...options }: OpenOptions & { readonly side: number },
): Promise<Buffer | null> {
  await using folder = await scratch.folder(picture.length + PICTURE.scratchBytes, options);
  await scratch.write(folder, 'in', picture);
  const outcome = await pool.run(reduceConverted, { file: 'in', to: 'out', side }, { ...options, folder });
  return outcome.kind === 'ok' ? readFile(join(folder.path, 'out')) : null;
}

const broken = ({ reason }: Refusal, format: string | null): PictureRefused =>
  refused(reason === 'too_costly' ? 'too_costly' : 'unreadable', format);

const refused = (reason: PictureProblem, format: string | null): PictureRefused => ({
  kind: 'refused',
  reason,
  format,
});

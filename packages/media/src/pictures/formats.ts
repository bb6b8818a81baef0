import { LANES } from '../limits.ts';

const MB = 1024 * 1024;

/** What is taken for a picture. Everything else is refused by its name: no SVG, no PDF, no raw of cameras. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'heic' | 'avif' | 'tiff' | 'bmp' | 'jxl';

/** Names of `sniff` for them. `heif` says what wraps the picture; which codec is in it, its brands say (measure.ts). */
export const SNIFFED: Partial<Record<string, PictureFormat>> = {
  jpg: 'jpeg',
  png: 'png',
  apng: 'png',
  webp: 'webp',
  gif: 'gif',
  heic: 'heic',
  heif: 'heic',
  avif: 'avif',
  tif: 'tiff',
  bmp: 'bmp',
  jxl: 'jxl',
};

/** What a header tells. */
export interface Header {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  /** Colour and alpha together. */
  readonly channels: number;
  readonly bytesPerSample: number;
  /** Progressive JPEG, interlaced PNG: nothing is known of any line before the file's end. */
  readonly progressive: boolean;
  readonly fileBytes: number;
}

/** A process with the decoders loaded, lines under way, the reduced picture and its JPEG. */
const BASE_BYTES = 140 * MB;

/** Of what goes line by line; a long and narrow picture is kept whole, and its lines are long. Two fit into their lane. */
const BY_LINES_BYTES = 200 * MB;

/** What decoding may hold at most: a file that needs all of it is alone in its lane. */
const MOST_BYTES = LANES.quick.memoryBytes;

/** Phones make photos of 200 megapixels (16,320 × 12,240), as JPEG. */
const MOST_PIXELS_OF_JPEG = 210_000_000;
/** Line by line in little memory, but every line has to be unpacked: 10 s of one core for these bytes. */
const MOST_BYTES_OF_LINES = 1_000 * MB;

/** Memory per pixel where a decoder holds the whole picture; 0 where it goes line by line. */
function bytesPerPixel({ format, channels, bytesPerSample, progressive }: Header): number {
  const raw = channels * bytesPerSample;
  switch (format) {
    case 'jpeg':
      // Coefficients of 2 bytes each; subsampled colour has fewer, which is not counted on.
      return progressive ? channels * 2 : 0;
    case 'png':
      return progressive ? raw : 0;
    // A strip or tile may be the whole picture.
    case 'tiff':
      return raw;
    case 'webp':
      return 6;
    // The canvas, and the frame drawn on it.
    case 'gif':
      return 8;
    // Measured: 440 MB for 24 megapixels of 8 bits; the frames it refers to, as coded and as RGB.
    case 'avif':
      return bytesPerSample === 1 ? 18 : 26;
    // Measured: 402 MB for 48.8 megapixels, the process and the file among it.
    case 'heic':
      return 6.8;
    // As RGBA, and its copy.
    case 'bmp':
      return 8;
    // Measured: 507 MB for 12.2 megapixels; it counts in fractions of 32 bits.
    case 'jxl':
      return 42;
    default:
      return format satisfies never;
  }
}

/** Memory that decoding needs, in bytes; null when there are too many pixels for the format. */
export function decodingBytes(header: Header): number | null {
  const { format, width, height, channels, bytesPerSample, fileBytes } = header;
  const pixels = width * height;
  const perPixel = bytesPerPixel(header);
  if (perPixel === 0) {
    const fits =
      format === 'jpeg'
        ? pixels <= MOST_PIXELS_OF_JPEG
        : pixels * channels * bytesPerSample <= MOST_BYTES_OF_LINES;
    return fits ? BY_LINES_BYTES : null;
  }
  // Those that are not read from the disk as they are decoded.
  const held = format === 'bmp' || format === 'jxl' || format === 'heic' ? fileBytes : 0;
  const bytes = Math.ceil(BASE_BYTES + held + pixels * perPixel);
  return bytes <= MOST_BYTES ? bytes : null;
}

/** Longer side kept: trainers work at about one megapixel. */
const KEPT_SIDE = 2_048;
/** … but of a long and narrow picture as much of its shorter side as trainers use. */
const KEPT_SHORTER_SIDE = 768;
/** … within what is still a picture: 50:1 and narrower are not. */
const LONGEST_SIDE = 16_384;

/** Size at which a picture is kept; never larger than it is. */
export function keptSize(width: number, height: number): { width: number; height: number } {
  const longer = Math.max(width, height);
  const shorter = Math.min(width, height);
  const scale = Math.min(1, LONGEST_SIDE / longer, Math.max(KEPT_SIDE / longer, KEPT_SHORTER_SIDE / shorter));
  const side = (pixels: number) => Math.max(1, Math.round(pixels * scale));
  return { width: side(width), height: side(height) };
}

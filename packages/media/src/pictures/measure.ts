import { shorten } from '@aisha/service';
import { open, stat } from 'node:fs/promises';
import { sniff } from '../sniff.ts';
import { decodingBytes, type Header, type PictureFormat, SNIFFED } from './formats.ts';
import { measureHeic } from './heic.ts';
import { measureJxl } from './jxl.ts';
import type { Measured } from './answers.ts';
import { sharp } from './sharp.ts';

export async function measure({ file }: { readonly file: string }): Promise<Measured> {
  const name = await sniff(file);
  if (name === 'unknown' || name === 'empty') return { kind: 'unreadable', why: name };
  const sniffed = SNIFFED[name];
  if (!sniffed) return { kind: 'unsupported', name };
  const format = sniffed === 'heic' && (await hasBrand(file, 'avif')) ? 'avif' : sniffed;
  try {
    const { orientation, ...header } = await read(format, file);
    const { width, height } = header;
    const memoryBytes = decodingBytes({ ...header, format, fileBytes: (await stat(file)).size });
    if (memoryBytes === null) return { kind: 'too_many_pixels', format, width, height };
    return { kind: 'measured', format, width, height, orientation, memoryBytes };
  } catch (error) {
    return {
      kind: 'unreadable',
      why: error instanceof Error ? shorten(error.message, 500) : 'it has no header',
    };
  }
}

type Read = Omit<Header, 'format' | 'fileBytes'> & { readonly orientation: number };

async function read(format: PictureFormat, file: string): Promise<Read> {
  const plain = { channels: 4, bytesPerSample: 1, progressive: false, orientation: 1 };
  switch (format) {
    case 'heic':
      return { ...plain, ...(await measureHeic(file)) };
    case 'jxl':
      return { ...plain, ...measureJxl(file) };
    case 'bmp':
      return { ...plain, ...(await measureBmp(file)) };
    case 'jpeg':
    case 'png':
    case 'webp':
    case 'gif':
    case 'avif':
    case 'tiff': {
      const { width, height, channels, depth, isProgressive, orientation } = await sharp(file, {
        limitInputPixels: false,
      }).metadata();
      return {
        width,
        height,
        channels,
        bytesPerSample: BYTES[depth] ?? 8,
        progressive: isProgressive ?? false,
        orientation: orientation ?? 1,
      };
    }
    default:
      return format satisfies never;
  }
}

/** Of libvips' names of sample formats. */
const BYTES: Partial<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
};

/** The sides in a BMP's header, which bmp-ts only tells with the pixels. A negative height counts lines from the top. */
async function measureBmp(path: string): Promise<{ width: number; height: number }> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(26), 0, 26, 0);
  if (bytesRead < 26) throw new Error('BMP without a whole header');
  const old = buffer.readUInt32LE(14) === 12;
  const width = old ? buffer.readUInt16LE(18) : buffer.readInt32LE(18);
  const height = old ? buffer.readUInt16LE(20) : Math.abs(buffer.readInt32LE(22));
  if (width <= 0 || height === 0) throw new Error('BMP without a size');
  return { width, height };
}

/** Whether the list of brands at the file's start (ISO 14496-12, `ftyp`) has one. */
async function hasBrand(path: string, brand: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
  const brands = buffer.toString('latin1', 8, Math.min(buffer.readUInt32BE(0), bytesRead));
  return brands.match(/.{4}/gs)?.includes(brand) ?? false;
}

import { shorten } from '@aisha/service';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { sniff } from '../sniff.ts';
import { decodingBytes, type Header, type PictureFormat, SNIFFED } from './formats.ts';
import { measureHeic } from './heic.ts';
import { measureJxl } from './jxl.ts';
import type { Measured } from './answers.ts';
import { sharp } from './sharp.ts';

export async function measure({ file }: { readonly file: string }): Promise<Measured> {
  let name = await sniff(file);
  // What file-type looks past (the mark of an encoding), decoders do not.
  if (['unknown', 'jpg', 'png', 'apng'].includes(name) && (await cutJunk(file))) name = await sniff(file);
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

/** As far into a file as senders put something of their own (a line end, a mark of an encoding, the head of an answer). */
const JUNK_BYTES = 4_096;
const BEGINNINGS = [Buffer.from([0xff, 0xd8, 0xff]), Buffer.from('\u0089PNG\r\n\u001A\n', 'latin1')];

/** Takes away what stands before the first bytes of a JPEG or PNG; whether there was any. */
async function cutJunk(file: string): Promise<boolean> {
  const start = await startOf(file, JUNK_BYTES);
  const found = BEGINNINGS.map((bytes) => start.indexOf(bytes)).filter((at) => at >= 0);
  const at = Math.min(...found, JUNK_BYTES);
  if (at === 0 || at === JUNK_BYTES) return false;
  await writeFile(file, (await readFile(file)).subarray(at));
  return true;
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
  const buffer = await startOf(path, 26);
  if (buffer.length < 26) throw new Error('BMP without a whole header');
  const old = buffer.readUInt32LE(14) === 12;
  const width = old ? buffer.readUInt16LE(18) : buffer.readInt32LE(18);
  const height = old ? buffer.readUInt16LE(20) : Math.abs(buffer.readInt32LE(22));
  if (width <= 0 || height === 0) throw new Error('BMP without a size');
  return { width, height };
}

/** Whether the list of brands at the file's start (ISO 14496-12, `ftyp`) has one. */
async function hasBrand(path: string, brand: string): Promise<boolean> {
  const start = await startOf(path, 256);
  const brands = start.toString('latin1', 8, Math.min(start.readUInt32BE(0), start.length));
  return brands.match(/.{4}/gs)?.includes(brand) ?? false;
}

async function startOf(path: string, bytes: number): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.subarray(0, bytesRead);
}

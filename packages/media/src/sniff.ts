import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';

/**
 * What a file's content is, whatever its name or sender says: the usual extension of its format (`jpg`, `heic`, `pdf`),
 * or `svg`, `html`, `text`, `empty`, `unknown`. Reads the content: to be called in a child.
 */
export async function sniff(path: string): Promise<string> {
  const start = await beginning(path);
  if (start.length === 0) return 'empty';
  const found = (await fileTypeFromFile(path))?.ext;
  if (found !== undefined && found !== 'xml') return found;
  const picture = start.length < 4 ? null : rarePicture(start);
  if (picture !== null) return picture;
  return start.includes(0) ? 'unknown' : (markup(start.toString('latin1')) ?? found ?? 'text');
}

/** Pictures that file-type does not know: none of them is taken, but each is one. */
function rarePicture(start: Buffer): string | null {
  const text = start.toString('latin1', 0, 64);
  if (/^P[1-7]\s(#[^\n]*\n|\s)*(\d|WIDTH)/.test(text)) return 'pnm';
  if (/^(SDPX|XPDS)/.test(text)) return 'dpx';
  if (text.startsWith('#?RADIANCE')) return 'hdr';
  if (text.startsWith('qoif')) return 'qoi';
  if (start.readUInt32LE() === 20_000_630) return 'exr';
  return rareBytes(start);
}

/** Those that are told by small numbers in their first bytes. */
function rareBytes(start: Buffer): string | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = start;
  if (a === 0x0a && b <= 5 && c === 1 && [1, 2, 4, 8].includes(d)) return 'pcx';
  if (a === 0x01 && b === 0xda && c <= 1 && [1, 2].includes(d) && e === 0 && f >= 1 && f <= 3) return 'sgi';
  // Truevision has no signature: no map of colours, a type that there is, a depth that there is, nothing else odd.
  const isTga =
    start.length > 18 &&
    b === 0 &&
    [2, 3, 10, 11].includes(c) &&
    start.subarray(3, 8).every((byte) => byte === 0) &&
    [8, 16, 24, 32].includes(start[16] ?? 0) &&
    (start[17] ?? 0) < 0x30;
  return isTga ? 'tga' : null;
}

function markup(start: string): string | null {
  if (/<svg[\s>]/i.test(start)) return 'svg';
  if (/^\W{0,8}(<!doctype html|<html|<head|<body)/i.test(start)) return 'html';
  return null;
}

async function beginning(path: string): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4_096), 0, 4_096, 0);
  return buffer.subarray(0, bytesRead);
}

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
  const picture = rarePicture(start);
  if (picture !== null) return picture;
  return start.includes(0) ? 'unknown' : (markup(start.toString('latin1')) ?? found ?? 'text');
}

/** Pictures that file-type does not know: none of them is taken, but each is one. */
function rarePicture(start: Buffer): string | null {
  const text = start.toString('latin1', 0, 64);
  if (/^P[1-7]\s(#[^\n]*\n|\s)*(\d|WIDTH)/.test(text)) return 'pnm';
  if (/^qoif/.test(text)) return 'qoi';
  if (/^v\/1\x01/.test(text)) return 'exr';
  if (/^(SDPX|XPDS)/.test(text)) return 'dpx';
  if (/^#\?RADIANCE/.test(text)) return 'hdr';
  if (/^\n[\0-\x05]\x01[\x01\x02\x04\b]/.test(text)) return 'pcx';
  if (/^\x01\xDA[\0\x01][\x01\x02]\0[\x01-\x03]/.test(text)) return 'sgi';
  // No colour map or one of 24 bits, a type that there is, nothing odd of depth: Truevision has no signature at its start.
  if (start.length > 18 && /^[^]\0[\x02\x03\n\v]\0{5}[^]{8}[\b\x10\x18\x20][\0-\x2F]/.test(text))
    return 'tga';
  return null;
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

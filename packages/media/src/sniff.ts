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
  return start.includes(0) ? 'unknown' : (markup(start.toString('latin1')) ?? found ?? 'text');
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

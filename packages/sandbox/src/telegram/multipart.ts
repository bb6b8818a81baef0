import { badRequest } from './errors.ts';

export interface Part {
  name: string;
  /** Absent for plain fields. */
  fileName?: string;
  mime: string;
  bytes: Buffer;
}

const parameter = (header: string, name: string): string | undefined => {
  const encoded = new RegExp(`;\\s*${name}\\*=utf-8''([^;\\s]+)`, 'i').exec(header)?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  const quoted = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(header)?.[1];
  if (quoted !== undefined) return quoted.replaceAll(/\\(["\\])/g, '$1').replaceAll('%22', '"');
  return new RegExp(`;\\s*${name}=([^;]+)`, 'i').exec(header)?.[1]?.trim();
};

/**
 * Reads a multipart form that is in memory whole. As lenient as Telegram: file names may be bare UTF-8 without
 * quotes, which strict parsers skip silently and clients do send.
 */
export function parseMultipart(body: Buffer, contentType: string): Part[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) throw badRequest("can't parse multipart form: boundary not found");
  const opening = Buffer.from(`--${mark}`);
  const separator = Buffer.from(`\r\n--${mark}`);
  const parts: Part[] = [];
  let position = body.indexOf(opening);
  if (position === -1) throw badRequest("can't parse multipart form: boundary not found in the body");
  position += opening.length;
  while (body.subarray(position, position + 2).toString('latin1') === '\r\n') {
    const headersEnd = body.indexOf('\r\n\r\n', position);
    const end = headersEnd === -1 ? -1 : body.indexOf(separator, headersEnd + 2);
    if (end === -1) throw badRequest("can't parse multipart form: unexpected end");
    const part = readPart(
      body.toString('utf8', position + 2, headersEnd),
      body.subarray(headersEnd + 4, end),
    );
    if (part !== null) parts.push(part);
    position = end + separator.length;
  }
  return parts;
}

function readPart(headers: string, bytes: Buffer): Part | null {
  const header = (name: string): string =>
    new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(headers)?.[1]?.trim() ?? '';
  const disposition = header('content-disposition');
  const name = parameter(disposition, 'name');
  if (name === undefined) return null;
  const fileName = parameter(disposition, 'filename');
  const mime = header('content-type');
  return fileName === undefined ? { name, mime, bytes } : { name, fileName, mime, bytes };
}

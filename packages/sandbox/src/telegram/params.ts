import type { IncomingMessage } from 'node:http';
import { ApiError, badRequest } from './errors.ts';
import { parseMultipart } from './multipart.ts';

/** Uploads end here on the cloud server. */
export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;
const MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 1024 * 1024;

export interface Upload {
  name: string;
  mime: string;
  bytes: Uint8Array;
}

export const entityTooLarge = (): ApiError => new ApiError(413, 'Request Entity Too Large');

/** The parameters of one call, from wherever they came. All values are texts; objects are JSON texts. */
export class Params {
  readonly values: Map<string, string>;
  readonly files: Map<string, Upload>;

  constructor(values = new Map<string, string>(), files = new Map<string, Upload>()) {
    this.values = values;
    this.files = files;
  }

  text(name: string): string | undefined {
    return this.values.get(name);
  }

  required(name: string): string {
    const value = this.values.get(name);
    if (value === undefined || value === '') throw badRequest(`parameter "${name}" is required`);
    return value;
  }

  /** Anything that is no number counts as 0, as on the server. */
  integer(name: string, fallback: number, low = -(2 ** 53), high = 2 ** 53): number {
    const text = this.values.get(name);
    if (text === undefined || text === '') return fallback;
    const value = Number.parseInt(text, 10);
    return Math.min(high, Math.max(low, Number.isNaN(value) ? 0 : value));
  }

  flag(name: string): boolean {
    const value = this.values.get(name)?.trim().toLowerCase();
    return value === 'true' || value === 'yes' || value === '1';
  }

  /** @returns undefined when the parameter is absent or empty */
  json(name: string): unknown {
    const text = this.values.get(name);
    if (text === undefined || text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw badRequest(`can't parse ${name.replaceAll('_', ' ')} JSON object`);
    }
  }
}

/** Reads query string and body of a call. */
export async function readParams(request: IncomingMessage, query: URLSearchParams): Promise<Params> {
  const params = new Params();
  for (const [name, value] of query) params.values.set(name, value);
  if (request.method === 'GET' || request.method === 'HEAD') return params;
  const type = (request.headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('multipart/form-data')) {
    await readMultipart(request, params.values, params.files);
    return params;
  }
  const body = (await readBody(request, MAX_BODY_BYTES)).toString('utf8');
  if (body === '') return params;
  if (type.startsWith('application/json')) readJson(body, params.values);
  else for (const [name, value] of new URLSearchParams(body)) params.values.set(name, value);
  return params;
}

/** Reads a body whole. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size <= limit) chunks.push(bytes);
    else chunks.length = 0;
  }
  // Only now: who still sends does not read an answer.
  if (size > limit) throw entityTooLarge();
  return Buffer.concat(chunks);
}

function readJson(body: string, values: Map<string, string>): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw badRequest("can't parse JSON in the request body");
  }
  fillFromObject(parsed, values);
}

/** Takes the members of an object as parameters, as the server does with a JSON body. */
export function fillFromObject(source: unknown, values: Map<string, string>): void {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    throw badRequest('JSON object expected in the request body');
  }
  for (const [name, value] of Object.entries(source)) {
    if (value === null || value === undefined) continue;
    values.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
}

/** Reads a multipart form; `files` is keyed by field name. */
export async function readMultipart(
  request: IncomingMessage,
  values: Map<string, string>,
  files: Map<string, Upload>,
  maxBytes = MAX_BODY_BYTES,
): Promise<void> {
  const body = await readBody(request, maxBytes);
  for (const part of parseMultipart(body, request.headers['content-type'] ?? '')) {
    if (part.fileName === undefined) values.set(part.name, part.bytes.toString('utf8'));
    else files.set(part.name, { name: part.fileName, mime: part.mime, bytes: part.bytes });
  }
}

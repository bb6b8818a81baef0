import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** JSON unless it is a string or bytes, which go out as they are with the given content-type. */
  body?: unknown;
}

/** One request after its address was read: `host` is the FAL host that the caller meant. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  host: FalHost | null;
  path: string;
  query: URLSearchParams;
}

export const FAL_HOSTS = [
  'queue.fal.run',
  'fal.run',
  'rest.fal.ai',
  'rest.alpha.fal.ai',
  'api.fal.ai',
] as const;
export type FalHost = (typeof FAL_HOSTS)[number];

/** Longest JSON body that the gateway takes. */
const LONGEST_JSON = 32 * 1024 * 1024;

export function sendReply(response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return;
  const raw = reply.body;
  const isRaw = typeof raw === 'string' || raw instanceof Uint8Array;
  const bytes = raw === undefined ? '' : isRaw ? raw : JSON.stringify(raw);
  response.writeHead(reply.status, {
    ...(isRaw || raw === undefined ? {} : { 'content-type': 'application/json' }),
    'content-length': String(Buffer.byteLength(bytes)),
    ...reply.headers,
  });
  response.end(bytes);
}

/** Reads a whole body; null when it is longer than `limit`. */
export async function readBody(request: IncomingMessage, limit = LONGEST_JSON): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? null : Buffer.concat(chunks);
}

/** `undefined` when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/**
 * The FAL host and path behind a request: `x-fal-target-url` (the client's proxy mode), a `/queue.fal.run` like
 * prefix (its request middleware), or the Host header (name resolution), in this order.
 */
export function readAddress(request: IncomingMessage): {
  host: FalHost | null;
  path: string;
  query: URLSearchParams;
} {
  const target = request.headers['x-fal-target-url'];
  const asked = typeof target === 'string' && URL.canParse(target) ? target : null;
  const line = request.url ?? '/';
  const own = line.startsWith('/') ? `http://stand-in${line}` : line;
  const url = new URL(asked ?? (URL.canParse(own) ? own : 'http://stand-in/'));
  if (asked !== null) return { host: knownHost(url.hostname), path: url.pathname, query: url.searchParams };
  const first = url.pathname.split('/', 2)[1] ?? '';
  const prefixed = knownHost(first);
  if (prefixed !== null) {
    return { host: prefixed, path: url.pathname.slice(first.length + 1) || '/', query: url.searchParams };
  }
  const named = knownHost((request.headers.host ?? '').split(':')[0] ?? '');
  return { host: named, path: url.pathname, query: url.searchParams };
}

function knownHost(name: string): FalHost | null {
  return FAL_HOSTS.find((host) => host === name) ?? null;
}

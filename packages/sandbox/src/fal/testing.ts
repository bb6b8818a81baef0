import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createFalClient, type FalClient } from '@fal-ai/client';
import sharp from 'sharp';
import yazl from 'yazl';
import { SANDBOX_FAL_KEY } from './server.ts';

/** FAL's own client aimed at the stand-in by its request middleware. */
export function clientOf(base: string, credentials = SANDBOX_FAL_KEY): FalClient {
  return createFalClient({
    credentials,
    requestMiddleware: async (request) => {
      const url = new URL(request.url);
      return { ...request, url: `${base}/${url.host}${url.pathname}${url.search}` };
    },
  });
}

export interface Asked {
  method?: string;
  /** The Authorization header; null for none. */
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export type Asker = (
  path: string,
  asked?: Asked,
) => Promise<{ status: number; body: unknown; headers: Headers }>;

/** Plain requests with the usual key, answers read as what they say they are. */
export function askerOf(base: string): Asker {
  return async (path, { method = 'GET', key = `Key ${SANDBOX_FAL_KEY}`, body, headers } = {}) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { ...(key === null ? {} : { authorization: key }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const value: unknown =
      response.headers.get('content-type') === 'application/json' ? JSON.parse(text) : text;
    return { status: response.status, body: value, headers: response.headers };
  };
}

/** A photo-like picture in one colour of its own, so that its traces can be found in what is made from it. */
export function photo(color: string, side = 600): Promise<Buffer> {
  const face = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">
    <rect width="100%" height="100%" fill="${color}"/>
    <circle cx="${side / 2}" cy="${side * 0.45}" r="${side * 0.22}" fill="#f1c9a5"/>
    <circle cx="${side * 0.42}" cy="${side * 0.4}" r="${side * 0.025}" fill="#222"/>
    <circle cx="${side * 0.58}" cy="${side * 0.4}" r="${side * 0.025}" fill="#222"/>
    <path d="M${side * 0.4} ${side * 0.52} q ${side * 0.1} ${side * 0.08} ${side * 0.2} 0" stroke="#933" fill="none" stroke-width="6"/>
  </svg>`;
  return sharp(Buffer.from(face)).jpeg().toBuffer();
}

export async function zipOf(entries: Record<string, Buffer | string>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, bytes] of Object.entries(entries)) zip.addBuffer(Buffer.from(bytes), name);
  zip.end();
  return buffer(zip.outputStream);
}

export async function photoZip(count = 4, more: Record<string, Buffer | string> = {}): Promise<Buffer> {
  const entries: Record<string, Buffer | string> = {};
  for (let index = 0; index < count; index += 1) {
    entries[`photo-${index}.jpg`] = await photo(`hsl(${index * 40} 60% 45%)`);
  }
  return zipOf({ ...entries, ...more });
}

export interface Received {
  headers: IncomingHttpHeaders;
  raw: Buffer;
  path: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Resolves when so many webhooks have come. */
  count(wanted: number): Promise<Received[]>;
  close(): void;
}

/** A webhook endpoint that answers as told: a status, or `null` for no answer at all. */
export async function receiveWebhooks(answer: (nth: number) => number | null = () => 200): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    void buffer(request).then((raw) => {
      received.push({ headers: request.headers, raw, path: request.url ?? '' });
      for (const wake of waiting) wake();
      const status = answer(received.length);
      if (status !== null) response.writeHead(status, { location: '/elsewhere' }).end();
      return null;
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook?job=order-1&token=t`,
    received,
    count: (wanted) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (received.length < wanted) return;
          waiting.delete(check);
          resolve(received);
        };
        waiting.add(check);
        check();
      }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Written from section 2.4 alone: headers, age, message, every key of the JWKS. */
export async function verifyWebhook(
  { headers, raw }: Pick<Received, 'headers' | 'raw'>,
  jwksUrl: string,
): Promise<'valid' | 'missing header' | 'too old' | 'bad signature'> {
  const [id, user, timestamp, signature] = ['request-id', 'user-id', 'timestamp', 'signature'].map(
    (name) => headers[`x-fal-webhook-${name}`],
  );
  if (typeof id !== 'string' || typeof user !== 'string') return 'missing header';
  if (typeof timestamp !== 'string' || typeof signature !== 'string') return 'missing header';
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return 'too old';
  const digest = createHash('sha256').update(raw).digest('hex');
  const message = Buffer.from(`${id}\n${user}\n${timestamp}\n${digest}`, 'utf8');
  const answer = await fetch(jwksUrl);
  const { keys }: { keys: { kty: string; crv: string; x: string }[] } = JSON.parse(await answer.text());
  const good = keys.some((jwk) =>
    verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), Buffer.from(signature, 'hex')),
  );
  return good ? 'valid' : 'bad signature';
}

export async function until<T>(
  look: () => Promise<T | null | undefined | false>,
  patienceMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
}

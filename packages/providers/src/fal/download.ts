import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { withDeadline } from '@aisha/service';
import { announcedSize, bounded, TooBigError } from '../transfer.ts';
import { retryAfterMs, transportFailure } from '../transport.ts';
import { isPublicAddress } from './addresses.ts';

export interface FetchFileOptions {
  readonly maxBytes: number;
  readonly signal?: AbortSignal | null | undefined;
  /** For the whole transfer; 2 minutes unless told. */
  readonly timeoutMs?: number;
  /** Plain http and private addresses: only for a server that the operator named. */
  readonly anyAddress?: boolean;
  /** Plain http, too; the addresses are checked as ever. */
  readonly plainHttp?: boolean;
}

interface Fetched {
  readonly kind: 'ok';
  /** As the server says, without parameters, lower case; empty when it does not. */
  readonly contentType: string;
}
type FetchFailure =
  | { readonly kind: 'too-big'; readonly maxBytes: number }
  | { readonly kind: 'gone'; readonly status: number }
  /** Not https, not a public address, too many redirects: never fetched. */
  | { readonly kind: 'blocked'; readonly why: string }
  | { readonly kind: 'retry'; readonly why: string; readonly afterMs: number };

export type FetchedBuffer = (Fetched & { readonly data: Buffer }) | FetchFailure;
export type FetchedTo<T> = (Fetched & { readonly taken: T }) | FetchFailure;

class BlockedError extends Error {
  override readonly name = 'BlockedError';
}

const MOST_REDIRECTS = 5;
const DEFAULT_TIMEOUT_MS = 120_000;

/** Fetches an address found in an answer or sent by a user, into memory. */
export async function fetchFile(url: string, options: FetchFileOptions): Promise<FetchedBuffer> {
  const outcome = await fetchFileTo(url, (body) => buffer(body), options);
  return outcome.kind === 'ok'
    ? { kind: 'ok', contentType: outcome.contentType, data: outcome.taken }
    : outcome;
}

/**
 * The same, handed to `take` as it comes: for what is too big for memory. A body that breaks off or grows too big
 * throws in `take` and is the outcome here, whatever `take` makes of it; what `take` throws by itself is thrown.
 */
export async function fetchFileTo<T>(
  url: string,
  take: (body: AsyncIterable<Uint8Array>) => Promise<T>,
  options: FetchFileOptions,
): Promise<FetchedTo<T>> {
  const { maxBytes } = options;
  const signal = withDeadline(options.signal, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const failed = (error: unknown): FetchFailure => {
    if (error instanceof TooBigError) return { kind: 'too-big', maxBytes };
    if (error instanceof BlockedError) return { kind: 'blocked', why: error.message };
    return { kind: 'retry', why: transportFailure(error, options.signal).why, afterMs: 3_000 };
  };
  const response = await follow(url, options, signal).catch(failed);
  if (!(response instanceof IncomingMessage)) return response;
  const status = response.statusCode ?? 0;
  const headers = headersOf(response);
  if (status !== 200) {
    response.destroy();
    if ([401, 403, 404, 410].includes(status)) return { kind: 'gone', status };
    return { kind: 'retry', why: `HTTP ${status}`, afterMs: retryAfterMs(headers) ?? 3_000 };
  }
  const size = announcedSize(headers);
  if (size !== null && size > maxBytes) {
    response.destroy();
    return { kind: 'too-big', maxBytes };
  }
  const contentType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const body: AsyncIterable<Uint8Array> = response;
  const source: { failure?: FetchFailure } = {};
  async function* watched() {
    try {
      yield* bounded(body, { maxBytes, signal });
    } catch (error) {
      source.failure = failed(error);
      throw error;
    }
  }
  try {
    return { kind: 'ok', contentType, taken: await take(watched()) };
  } catch (error) {
    if (source.failure !== undefined) return source.failure;
    throw error;
  } finally {
    response.destroy();
  }
}

/** Follows redirects itself: each new address is checked like the first. */
type Reach = Pick<FetchFileOptions, 'anyAddress' | 'plainHttp'>;

async function follow(start: string, reach: Reach, signal: AbortSignal): Promise<IncomingMessage> {
  const { anyAddress = false } = reach;
  let url = parse(start);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    check(url, reach);
    const response = await get(url, anyAddress, signal);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined)
      return response;
    response.destroy();
    url = parse(location, url);
  }
  throw new BlockedError('too many redirects');
}

function parse(address: string, base?: URL): URL {
  if (!URL.canParse(address, base?.href)) throw new BlockedError('not an address');
  return new URL(address, base);
}

function check(url: URL, { anyAddress = false, plainHttp = anyAddress }: Reach): void {
  if (url.protocol !== 'https:' && !(plainHttp && url.protocol === 'http:')) {
    throw new BlockedError(`${url.protocol} is not taken`);
  }
  if (url.username !== '' || url.password !== '') throw new BlockedError('credentials in the address');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A name is checked when it is resolved, below.
  if (!anyAddress && isIP(host) !== 0 && !isPublicAddress(host))
    throw new BlockedError('not a public address');
}

async function get(url: URL, anyAddress: boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = send(url, {
    agent: false,
    signal,
    headers: { accept: '*/*', 'user-agent': 'Aisha' },
    ...(anyAddress ? {} : { lookup: publicLookup }),
  });
  request.once('response', resolve).once('error', reject).end();
  return await promise;
}

/**
 * Resolves and checks in one step, and the connection is made to exactly what was checked: a name that answers
 * differently the second time (DNS rebinding) gains nothing.
 */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const first = addresses?.[0];
    if (error !== null || first === undefined) {
      callback(error ?? new Error('no address'), '', 4);
    } else if (!addresses.every(({ address }) => isPublicAddress(address))) {
      callback(new BlockedError('not a public address'), '', 4);
    } else if (options.all === true) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

function headersOf(response: IncomingMessage) {
  return {
    get: (name: string) => {
      const value = response.headers[name];
      return typeof value === 'string' ? value : null;
    },
  };
}

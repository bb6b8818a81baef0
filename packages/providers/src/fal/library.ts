import { createFalClient as createLibraryClient, type FalClient as LibraryClient } from '@fal-ai/client';
import type { FalConfig } from '@aisha/config';
import { retryAfterMs } from '../transport.ts';

export type FalTarget = Pick<FalConfig, 'apiKey' | 'queueUrl' | 'restUrl' | 'elsewhere'>;

/** An answer with an error status, with the headers that the library's own error does not keep. */
export class FalHttpError extends Error {
  override readonly name = 'FalHttpError';
  readonly status: number;
  readonly body: unknown;
  /** What the answer says of itself: `X-Fal-Retryable`, in newer pages `X-Fal-Needs-Retry`. */
  readonly retryable: boolean | null;
  readonly retryAfterMs: number | null;

  constructor(response: Response, body: unknown) {
    super(`FAL answered ${response.status}`);
    this.status = response.status;
    this.body = body;
    this.retryable = flag(
      response.headers.get('x-fal-retryable') ?? response.headers.get('x-fal-needs-retry'),
    );
    this.retryAfterMs = retryAfterMs(response.headers);
  }
}

function flag(value: string | null): boolean | null {
  return value === null ? null : value === '1' || value.toLowerCase() === 'true';
}

/** Errors without a readable body: the edge's, worth another try at once. */
const edgeTrouble = new Set([502, 503, 504]);
// One repeat, a second later by the library's own clock: every caller comes back by itself anyway.
const MOST_ATTEMPTS = 2;

/**
 * FAL's client for one call: aimed at our addresses, with our fetch under it. It repeats on its own terms
 * (up to five times, whatever it is told), so the fetch ends that: readable errors at once, others after one repeat.
 */
export function libraryClient(target: FalTarget, signal: AbortSignal): LibraryClient {
  let attempts = 0;
  return createLibraryClient({
    credentials: () => target.apiKey ?? undefined,
    suppressLocalCredentialsWarning: true,
    requestMiddleware: async (request) => ({ ...request, url: aimed(request.url, target) }),
    // Taken by cancel and storage only.
    retry: { maxRetries: MOST_ATTEMPTS - 1, baseDelay: 300, maxDelay: 2_000 },
    fetch: async (url, init) => {
      attempts += 1;
      const response = await fetch(url, { ...init, redirect: 'error', signal }).catch((error: unknown) => {
        throw attempts < MOST_ATTEMPTS ? error : new GaveUp('no answer from FAL', { cause: error });
      });
      if (response.ok) return response;
      const body = await jsonBody(response);
      if (body === undefined && edgeTrouble.has(response.status) && attempts < MOST_ATTEMPTS) {
        return new Response(null, { status: response.status, headers: response.headers });
      }
      throw new FalHttpError(response, body);
    },
  });
}

/** The name that the library never repeats after. */
class GaveUp extends Error {
  override readonly name = 'AbortError';
}

/** The library knows FAL's hosts only; a path prefix of ours is kept. */
function aimed(url: string, target: FalTarget): string {
  const { hostname, pathname, search } = new URL(url);
  switch (hostname) {
    case 'queue.fal.run':
    case 'fal.run':
      return `${target.queueUrl}${pathname}${search}`;
    case 'rest.fal.ai':
    case 'rest.alpha.fal.ai':
      return `${target.restUrl}${pathname}${search}`;
    default:
      return url;
  }
}

export async function jsonBody(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return undefined;
  }
}

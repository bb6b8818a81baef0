import { z } from 'zod';
import { readBounded } from '../transfer.ts';

export interface KeySetOptions {
  readonly jwksUrl: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic?: () => number;
}

/** Ed25519 public keys: 32 bytes each, in base64url. */
export interface KeySet {
  /** The keys, at most a day old; null when there are none to be had. */
  current(): Promise<readonly string[] | null>;
  /** Read again because no key fitted; not more often than every ten seconds, whoever asks. */
  renewed(): Promise<readonly string[] | 'too-soon' | 'unavailable'>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Forged webhooks must not make us ask FAL for every one of them. */
const RENEWAL_PAUSE_MS = 10_000;
/** With no key at all every webhook waits for this: try again sooner. */
const FAILURE_PAUSE_MS = 2_000;
const DEADLINE_MS = 5_000;
const MOST_BYTES = 64 * 1024;
const MOST_KEYS = 16;

const jwksShape = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const keyShape = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

export function createKeySet(options: KeySetOptions): KeySet {
  const get = options.fetch ?? fetch;
  const monotonic = options.monotonic ?? (() => performance.now());
  let cached: { readonly keys: readonly string[]; readonly readAt: number } | null = null;
  let lastTry = Number.NEGATIVE_INFINITY;
  let reading: Promise<boolean> | null = null;

  const fresh = () => (cached !== null && monotonic() - cached.readAt < DAY_MS ? cached.keys : null);

  /** One request at a time; on failure the old keys stay until they are a day old. */
  const read = async (): Promise<boolean> => {
    reading ??= (async () => {
      lastTry = monotonic();
      try {
        cached = { keys: await fetchKeys(get, options.jwksUrl), readAt: monotonic() };
        return true;
      } catch {
        return false;
      } finally {
        reading = null;
      }
    })();
    return await reading;
  };

  return {
    async current() {
      const keys = fresh();
      if (keys !== null) return keys;
      if (reading === null && monotonic() - lastTry < FAILURE_PAUSE_MS) return null;
      await read();
      return fresh();
    },
    async renewed() {
      if (reading === null && monotonic() - lastTry < RENEWAL_PAUSE_MS) return 'too-soon';
      return (await read()) ? (fresh() ?? 'unavailable') : 'unavailable';
    },
  };
}

async function fetchKeys(get: typeof fetch, url: string): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const response = await get(url, { redirect: 'error', signal, headers: { accept: 'application/json' } });
  if (!response.ok || response.body === null) throw new Error(`JWKS: HTTP ${response.status}`);
  const bytes = await readBounded(response.body, { maxBytes: MOST_BYTES, signal });
  const { keys } = jwksShape.parse(JSON.parse(bytes.toString('utf8')));
  const ours = keys.slice(0, MOST_KEYS).flatMap((key) => keyShape.safeParse(key).data ?? []);
  if (ours.length === 0) throw new Error('JWKS: no Ed25519 key');
  return ours.map((jwk) => jwk.x);
}

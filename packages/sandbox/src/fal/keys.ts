import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';

/** One Ed25519 key as FAL's JWKS shows it. */
export interface FalJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
}

export interface FalKey {
  kid: string;
  privateKey: KeyObject;
  jwk: FalJwk;
}

export interface FalKeys {
  current(): FalKey;
  jwks(): { keys: FalJwk[] };
  /** Signs with a new key from now on; the old one stays in the JWKS only if asked. */
  rotate(options?: { keepOld?: boolean }): FalKey;
  /** PKCS#8 of every key, newest first, to be kept across restarts. */
  export(): string[];
}

export interface SignWebhookOptions {
  requestId: string;
  userId?: string;
  /** Unix seconds; now unless given. */
  timestamp?: number;
  /** Without one a fresh key signs, which is what a forger would have. */
  key?: FalKey;
}

/** Signing keys and their JWKS, for the stand-in and for tests that serve a JWKS of their own. */
export function createFalKeys(saved: readonly string[] = []): FalKeys {
  let keys = saved.map((pem) => describeKey(createPrivateKey(pem)));
  let current = keys[0] ?? newKey();
  if (keys.length === 0) keys = [current];
  return {
    current: () => current,
    jwks: () => ({ keys: keys.map((key) => key.jwk) }),
    rotate({ keepOld = false } = {}) {
      current = newKey();
      keys = keepOld ? [current, ...keys] : [current];
      return current;
    },
    export: () => keys.map((key) => key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
  };
}

/** The four headers that FAL puts on a webhook, over exactly these body bytes. */
export function signWebhook(body: string | Uint8Array, options: SignWebhookOptions): Record<string, string> {
  const userId = options.userId ?? 'sandbox-user';
  const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1000));
  const digest = createHash('sha256').update(body).digest('hex');
  const message = [options.requestId, userId, timestamp, digest].join('\n');
  const key = options.key ?? newKey();
  return {
    'x-fal-webhook-request-id': options.requestId,
    'x-fal-webhook-user-id': userId,
    'x-fal-webhook-timestamp': timestamp,
    'x-fal-webhook-signature': sign(null, Buffer.from(message), key.privateKey).toString('hex'),
  };
}

function newKey(): FalKey {
  return describeKey(generateKeyPairSync('ed25519').privateKey);
}

function describeKey(privateKey: KeyObject): FalKey {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (typeof x !== 'string') throw new TypeError('not an Ed25519 key');
  const kid = createHash('sha256').update(x).digest('hex').slice(0, 16);
  return { kid, privateKey, jwk: { kty: 'OKP', crv: 'Ed25519', x, kid } };
}

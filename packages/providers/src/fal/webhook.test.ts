import { createFalKeys, signWebhook } from '@aisha/sandbox';
import { beforeEach, describe, expect, test } from 'vitest';
import { createWebhookVerifier, FalWebhookBody, type WebhookVerifier } from './webhook.ts';
import { verifyWebhookToken, webhookToken } from './webhook-token.ts';

const jwksUrl = 'https://keys.example/jwks.json';
const rawBody = Buffer.from('{"request_id":"r-1","status":"OK","payload":null}');
const start = Date.parse('2026-11-21T12:00:00Z');
const hour = 3_600_000;

describe('signatures', () => {
  let keys: ReturnType<typeof createFalKeys>;
  let clock: number;
  let fetches: number;
  let serve: () => Response | Promise<Response>;
  let verifier: WebhookVerifier;

  beforeEach(() => {
    keys = createFalKeys();
    clock = 0;
    fetches = 0;
    serve = () => Response.json(keys.jwks());
    verifier = createWebhookVerifier({
      jwksUrl,
      now: () => start + clock,
      monotonic: () => clock,
      fetch: async () => {
        fetches += 1;
        return await serve();
      },
    });
  });

  const signed = (options: Partial<Parameters<typeof signWebhook>[1]> = {}) =>
    signWebhook(rawBody, {
      requestId: 'r-1',
      timestamp: Math.floor((start + clock) / 1000),
      key: keys.current(),
      ...options,
    });
  const verify = (headers: Record<string, string | string[]> = signed(), body: Uint8Array = rawBody) =>
    verifier.verify({ headers, rawBody: body });

  test('a genuine webhook, and the keys are read once', async () => {
    expect(await verify()).toBe('ok');
    expect(await verify()).toBe('ok');
    expect(fetches).toBe(1);
  });

  test('every key is tried', async () => {
    const old = keys.current();
    keys.rotate({ keepOld: true });
    expect(await verify(signed({ key: old }))).toBe('ok');
    expect(await verify()).toBe('ok');
  });

  test.each(['request-id', 'user-id', 'timestamp', 'signature'])('without %s', async (name) => {
    const { [`x-fal-webhook-${name}`]: _, ...rest } = signed();
    expect(await verify(rest)).toEqual({ kind: 'missing-headers' });
    expect(fetches).toBe(0);
  });

  test('age: 300 seconds either way, not one more', async () => {
    const now = start / 1000;
    expect(await verify(signed({ timestamp: now - 300 }))).toBe('ok');
    expect(await verify(signed({ timestamp: now + 300 }))).toBe('ok');
    expect(await verify(signed({ timestamp: now - 301 }))).toEqual({ kind: 'stale' });
    expect(await verify(signed({ timestamp: now + 301 }))).toEqual({ kind: 'stale' });
  });

  test('forged in every way', async () => {
    const genuine = signed();
    const forged: [Record<string, string | string[]>, Uint8Array?][] = [
      [signWebhook(rawBody, { requestId: 'r-1', timestamp: start / 1000 })],
      [genuine, Buffer.concat([rawBody, Buffer.from(' ')])],
      [{ ...genuine, 'x-fal-webhook-request-id': 'r-2' }],
      [{ ...genuine, 'x-fal-webhook-user-id': 'someone' }],
      [{ ...genuine, 'x-fal-webhook-timestamp': String(start / 1000 + 1) }],
      [{ ...genuine, 'x-fal-webhook-timestamp': 'soon' }],
      [{ ...genuine, 'x-fal-webhook-signature': 'zz'.repeat(64) }],
      [{ ...genuine, 'x-fal-webhook-signature': 'ab' }],
      [{ ...genuine, 'x-fal-webhook-signature': '0'.repeat(128) }],
      [{ ...genuine, 'x-fal-webhook-signature': 'ab'.repeat(100_000) }],
    ];
    const verdicts = await Promise.all(forged.map(([headers, body]) => verify(headers, body)));
    expect(verdicts).toEqual(forged.map(() => ({ kind: 'forged' })));
    expect(await verify({ ...genuine, 'x-fal-webhook-signature': ['a', 'b'] })).toEqual({
      kind: 'missing-headers',
    });
  });

  test('a new key is found by reading the keys once more', async () => {
    expect(await verify()).toBe('ok');
    clock += 60_000;
    keys.rotate();
    expect(await verify()).toBe('ok');
    expect(fetches).toBe(2);
  });

  test('forgers cannot make us ask for keys all the time', async () => {
    await verify();
    clock += 60_000;
    const forgery = signWebhook(rawBody, { requestId: 'r-1', timestamp: (start + clock) / 1000 });
    for (let n = 0; n < 100; n += 1) expect(await verify(forgery)).toEqual({ kind: 'forged' });
    expect(fetches).toBe(2);
  });

  test('many at once read the keys once', async () => {
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verify()));
    expect(new Set(verdicts)).toEqual(new Set(['ok']));
    expect(fetches).toBe(1);
  });

  test('keys live a day, survive an outage until then, and not longer', async () => {
    expect(await verify()).toBe('ok');
    serve = () => new Response('<html>', { status: 502 });
    clock += 23 * hour;
    expect(await verify()).toBe('ok');
    expect(fetches).toBe(1);
    keys.rotate();
    expect(await verify()).toEqual({ kind: 'keys-unavailable' });
    clock += 2 * hour;
    expect(await verify()).toEqual({ kind: 'keys-unavailable' });
    serve = () => Response.json(keys.jwks());
    clock += 5_000;
    expect(await verify()).toBe('ok');
  });

  test.each([
    ['a network error', () => Promise.reject(new TypeError('fetch failed'))],
    ['no keys', () => Response.json({ keys: [] })],
    ['other keys', () => Response.json({ keys: [{ kty: 'RSA', n: 'x', e: 'y' }] })],
    ['nonsense', () => new Response('nonsense')],
    ['a flood', () => new Response('x'.repeat(100_000))],
  ])('no keys at all: %s', async (_, served) => {
    serve = served;
    expect(await verify()).toEqual({ kind: 'keys-unavailable' });
    expect(await verify()).toEqual({ kind: 'keys-unavailable' });
    expect(fetches).toBe(1);
  });
});

test('tokens of webhook addresses', () => {
  const token = webhookToken('secret', 'job-1');
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(verifyWebhookToken('secret', 'job-1', token)).toBe(true);
  for (const [secret, job, given] of [
    ['other', 'job-1', token],
    ['secret', 'job-2', token],
    ['secret', 'job-1', ''],
    ['secret', 'job-1', `${token}A`],
    ['secret', 'job-1', 'ы'.repeat(43)],
  ] as const) {
    expect(verifyWebhookToken(secret, job, given)).toBe(false);
  }
});

test('bodies', () => {
  expect(FalWebhookBody.parse(JSON.parse(rawBody.toString()))).toMatchObject({
    request_id: 'r-1',
    status: 'OK',
  });
  const error = {
    request_id: 'r',
    gateway_request_id: 'g',
    status: 'ERROR',
    error: 'Invalid status code: 422',
  };
  expect(FalWebhookBody.parse({ ...error, payload: { detail: [] } })).toMatchObject(error);
  expect(
    FalWebhookBody.parse({ request_id: 'r', status: 'OK', payload: null, payload_error: 'x' }),
  ).toMatchObject({
    payload_error: 'x',
  });
  expect(FalWebhookBody.safeParse({ request_id: '', status: 'OK' }).success).toBe(false);
  expect(FalWebhookBody.safeParse({ request_id: 'r', status: 'FAILED' }).success).toBe(false);
});

import { expect, test } from 'vitest';
import { silentLogger } from '@aisha/service';
import {
  closedPort,
  html,
  json,
  reset,
  scriptedServer,
  stall,
  type Script,
} from '../testing/scripted-server.ts';
import { createFalClient } from './client.ts';
import { falErrorReason } from './errors.ts';

const model = 'fal-ai/flux-lora/image-to-image';
const client = (url: string) =>
  createFalClient({
    config: { apiKey: 'a:b', queueUrl: `${url}/queue`, restUrl: `${url}/rest`, elsewhere: true },
    log: silentLogger,
  });

test('the sub-path is dropped, the address is ours, the key is sent', async () => {
  await using server = await scriptedServer((_, response) =>
    json(response, 202, { status: 'IN_QUEUE', request_id: 'r', queue_position: 2 }),
  );
  expect(await client(server.url).status(model, 'r')).toEqual({ kind: 'queued', position: 2 });
  expect(server.seen[0]?.path).toBe('/queue/fal-ai/flux-lora/requests/r/status?logs=0');
  expect(server.seen[0]?.headers.authorization).toBe('Key a:b');
});

const log = { message: 'step 10/100', level: 'INFO', source: 'USER', timestamp: '2026-11-21T10:00:00Z' };

test.each<[string, Script, object]>([
  [
    'running',
    (_, r) => json(r, 202, { status: 'IN_PROGRESS', logs: [log] }),
    { kind: 'running', logs: [{ message: 'step 10/100', level: 'INFO', timestamp: log.timestamp }] },
  ],
  [
    'running without logs',
    (_, r) => json(r, 202, { status: 'IN_PROGRESS', logs: null }),
    { kind: 'running', logs: [] },
  ],
  [
    'completed',
    (_, r) => json(r, 200, { status: 'COMPLETED', metrics: { inference_time: 2.5 } }),
    { kind: 'completed', error: null, errorType: null, inferenceTimeS: 2.5 },
  ],
  [
    'completed, in small letters',
    (_, r) => json(r, 200, { status: 'completed' }),
    { kind: 'completed', error: null, errorType: null, inferenceTimeS: null },
  ],
  [
    'failed',
    (_, r) => json(r, 200, { status: 'COMPLETED', error: 'x', error_type: 'invalid_archive' }),
    { kind: 'completed', error: 'x', errorType: 'invalid_archive', inferenceTimeS: null },
  ],
  ['unknown', (_, r) => json(r, 404, { status: 'NOT_FOUND' }), { kind: 'not-found' }],
  [
    'a state that does not exist',
    (_, r) => json(r, 200, { status: 'FAILED' }),
    { kind: 'unavailable', why: 'unreadable answer', retryAfterMs: null, account: false },
  ],
  [
    'locked',
    (_, r) => json(r, 403, { detail: 'User is locked. Reason: x' }),
    { kind: 'unavailable', why: 'HTTP 403 locked', retryAfterMs: null, account: true },
  ],
  [
    '429',
    (_, r) => json(r, 429, { detail: 'x' }, { 'retry-after': '3' }),
    { kind: 'unavailable', why: 'HTTP 429 untyped', retryAfterMs: 3_000, account: false },
  ],
])('status: %s', async (_, script, expected) => {
  await using server = await scriptedServer(script);
  expect(await client(server.url).status(model, 'r', { logs: true })).toEqual(expected);
  expect(server.seen).toHaveLength(1);
});

test('a passing 502 is bridged, a lasting one is not waited for', async () => {
  await using server = await scriptedServer((_, response, index) =>
    index < 1 ? html(response, 502) : json(response, 200, { images: [] }),
  );
  expect(await client(server.url).result(model, 'r')).toEqual({ kind: 'ok', output: { images: [] } });
  server.script = (_, response) => html(response, 502);
  expect(await client(server.url).result(model, 'r')).toMatchObject({ kind: 'unavailable', account: false });
  expect(server.seen).toHaveLength(4);
});

test('resets are repeated once, hangs and halves end with the caller', async () => {
  await using server = await scriptedServer((_, response) => reset(response));
  expect(await client(server.url).status(model, 'r')).toMatchObject({ kind: 'unavailable' });
  expect(server.seen).toHaveLength(2);
  for (const script of [() => undefined, (_: unknown, r: Parameters<Script>[1]) => stall(r)]) {
    server.script = script;
    const start = performance.now();
    expect(await client(server.url).status(model, 'r', { signal: AbortSignal.timeout(200) })).toMatchObject({
      kind: 'unavailable',
    });
    expect(performance.now() - start).toBeLessThan(2_000);
  }
  expect(await client(await closedPort()).status(model, 'r')).toMatchObject({ kind: 'unavailable' });
});

const policy = { loc: ['body', 'prompt'], msg: 'no', type: 'content_policy_violation', input: {} };

test.each<[string, Script, object]>([
  [
    'replayed 422',
    (_, r) => json(r, 422, { detail: [policy] }, { 'x-fal-retryable': 'false' }),
    {
      kind: 'failed',
      status: 422,
      errors: [{ type: 'content_policy_violation', msg: 'no' }],
      retryable: false,
    },
  ],
  [
    'replayed 504, not waited for',
    (_, r) => json(r, 504, { detail: [{ msg: 'x', type: 'generation_timeout' }] }),
    { kind: 'failed', status: 504, errors: [{ type: 'generation_timeout', msg: 'x' }], retryable: true },
  ],
  [
    'infrastructure',
    (_, r) =>
      json(r, 503, { detail: 'x', error_type: 'runner_scheduling_failure' }, { 'x-fal-needs-retry': '1' }),
    {
      kind: 'failed',
      status: 503,
      errors: [{ type: 'runner_scheduling_failure', msg: 'x' }],
      retryable: true,
    },
  ],
  ['gone', (_, r) => json(r, 404, { detail: 'Request not found' }), { kind: 'gone' }],
  [
    'too early',
    (_, r) => json(r, 400, { detail: 'Request is still in progress' }),
    { kind: 'unavailable', account: false },
  ],
  [
    'locked',
    (_, r) => json(r, 403, { detail: 'User is locked. Reason: x' }),
    { kind: 'unavailable', account: true },
  ],
])('result: %s', async (_, script, expected) => {
  await using server = await scriptedServer(script);
  expect(await client(server.url).result(model, 'r')).toMatchObject(expected);
  expect(server.seen).toHaveLength(1);
});

test.each<[string, Script, object]>([
  ['requested', (_, r) => json(r, 202, { status: 'CANCELLATION_REQUESTED' }), { kind: 'requested' }],
  ['completed', (_, r) => json(r, 400, { status: 'ALREADY_COMPLETED' }), { kind: 'completed' }],
  ['not found', (_, r) => json(r, 404, { status: 'NOT_FOUND' }), { kind: 'not-found' }],
  ['a broken edge', (_, r) => html(r, 500), { kind: 'unavailable' }],
])('cancel: %s', async (_, script, expected) => {
  await using server = await scriptedServer(script);
  expect(await client(server.url).cancel(model, 'r')).toMatchObject(expected);
  expect(server.seen[0]).toMatchObject({ method: 'PUT', path: '/queue/fal-ai/flux-lora/requests/r/cancel' });
});

test('an upload goes to our storage with its name, type and end', async () => {
  await using server = await scriptedServer((request, response) =>
    request.method === 'PUT'
      ? json(response, 200, {})
      : json(response, 200, { upload_url: `${server.url}/put/1`, file_url: `${server.url}/files/a.zip` }),
  );
  const outcome = await client(server.url).uploadFile(Buffer.from('zip'), {
    fileName: 'photos.zip',
    contentType: 'application/zip',
    expiresS: 86_400,
  });
  expect(outcome).toEqual({ kind: 'ok', url: `${server.url}/files/a.zip` });
  const [initiate, put] = server.seen;
  expect(initiate?.path).toBe('/rest/storage/upload/initiate?storage_type=fal-cdn-v3');
  expect(JSON.parse(String(initiate?.body))).toEqual({
    content_type: 'application/zip',
    file_name: 'photos.zip',
  });
  expect(initiate?.headers['x-fal-object-lifecycle']).toBe('{"expiration_duration_seconds":86400}');
  expect(put).toMatchObject({ method: 'PUT', path: '/put/1', body: Buffer.from('zip') });
  expect(put?.headers.authorization).toBeUndefined();
});

test('an upload that is refused or breaks', async () => {
  await using server = await scriptedServer((_, response) =>
    json(response, 403, { detail: 'User is locked' }),
  );
  const upload = () =>
    client(server.url).uploadFile(Buffer.from('x'), { fileName: 'a', contentType: 'text/plain' });
  expect(await upload()).toEqual({ kind: 'refused', status: 403, detail: 'locked', account: true });
  server.script = (_, response) => reset(response);
  expect(await upload()).toMatchObject({ kind: 'unavailable' });
});

test.each([
  [200, { kind: 'deleted' }],
  [403, { kind: 'not-allowed' }],
  [404, { kind: 'not-found' }],
  [500, { kind: 'unavailable', why: 'HTTP 500' }],
])('deletion of what a request produced: %i', async (status, expected) => {
  await using server = await scriptedServer((_, response) => json(response, status, {}));
  expect(await client(server.url).deleteRequestFiles('r/1')).toEqual(expected);
  expect(server.seen[0]).toMatchObject({ method: 'DELETE', path: '/rest/v1/models/requests/r%2F1/payloads' });
});

test('reasons of failures', () => {
  expect(falErrorReason([{ type: 'archive_file_count_below_minimum', msg: '' }])).toBe('too_few_images');
  expect(
    falErrorReason([
      { type: 'value_error', msg: '' },
      { type: 'face_detection_error', msg: '' },
    ]),
  ).toBe('no_face');
  expect(falErrorReason([{ type: '', msg: 'User is locked. Reason: Exhausted balance.' }], 403)).toBe(
    'locked',
  );
  expect(falErrorReason([], 504)).toBe('timeout');
  expect(falErrorReason([], 500)).toBe('provider');
  expect(falErrorReason([{ type: 'missing', msg: 'field required' }], 422)).toBe('unknown');
});

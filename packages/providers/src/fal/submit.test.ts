import { expect, test } from 'vitest';
import { recordingLogger } from '../testing/recording-logger.ts';
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
import { submitOnce } from './submit.ts';

const apiKey = 'key-id:key-secret-key-secret';
const at = (queueUrl: string, timeoutMs = 5_000) => ({ queueUrl, apiKey, timeoutMs });
const model = 'fal-ai/flux-pro/v1.1-ultra';
const accepted = {
  request_id: 'r-1',
  status: 'IN_QUEUE',
  queue_position: 3,
  response_url: 'https://queue.fal.run/fal-ai/flux-pro/requests/r-1',
  status_url: 'https://queue.fal.run/fal-ai/flux-pro/requests/r-1/status',
  cancel_url: 'https://queue.fal.run/fal-ai/flux-pro/requests/r-1/cancel',
};

test('an accepted job', async () => {
  await using server = await scriptedServer((_, response) => json(response, 200, accepted));
  const webhookUrl = 'https://aisha.example/webhook/fal/status?job=1&token=a%2Bb';
  const outcome = await submitOnce(at(server.url), model, { prompt: 'x' }, { webhookUrl });
  expect(outcome).toEqual({
    kind: 'accepted',
    requestId: 'r-1',
    queuePosition: 3,
    responseUrl: accepted.response_url,
    statusUrl: accepted.status_url,
    cancelUrl: accepted.cancel_url,
  });
  const [request] = server.seen;
  const url = new URL(request?.path ?? '', server.url);
  expect(url.pathname).toBe(`/${model}`);
  expect(url.searchParams.get('fal_webhook')).toBe(webhookUrl);
  expect(request?.headers.authorization).toBe(`Key ${apiKey}`);
  expect(JSON.parse(String(request?.body))).toEqual({ prompt: 'x' });
});

const locked = 'User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.';

test.each<[string, Script, object]>([
  [
    'locked',
    (_, r) => json(r, 403, { detail: locked }),
    { kind: 'refused', reason: 'locked', detail: 'locked', status: 403 },
  ],
  [
    'a wrong key',
    (_, r) => json(r, 401, { detail: 'No user found for Key ID and Secret' }),
    { kind: 'refused', reason: 'unauthorized' },
  ],
  [
    'a key without the scope',
    (_, r) => json(r, 403, { detail: 'Forbidden' }),
    { kind: 'refused', reason: 'forbidden' },
  ],
  [
    'no such model',
    (_, r) => json(r, 404, { detail: 'Application not found' }),
    { kind: 'refused', reason: 'not-found' },
  ],
  [
    'bad input',
    (_, r) => json(r, 422, { detail: [{ loc: ['body'], msg: 'field required', type: 'missing' }] }),
    { kind: 'refused', reason: 'invalid', detail: 'missing' },
  ],
  [
    '429',
    (_, r) => json(r, 429, { detail: 'slow down' }, { 'retry-after': '7' }),
    { kind: 'not-sent', retryAfterMs: 7_000 },
  ],
  ['503', (_, r) => html(r, 503), { kind: 'not-sent', retryAfterMs: 10_000 }],
  ['500', (_, r) => json(r, 500, { detail: 'x' }), { kind: 'unclear', why: 'HTTP 500' }],
  ['HTML 502', (_, r) => html(r, 502), { kind: 'unclear', why: 'HTTP 502' }],
  ['504', (_, r) => html(r, 504), { kind: 'unclear', why: 'HTTP 504' }],
  [
    'a redirect',
    (_, r) => void r.writeHead(307, { location: '/elsewhere' }).end(),
    { kind: 'unclear', why: 'HTTP 307' },
  ],
  ['200 without an id', (_, r) => json(r, 200, {}), { kind: 'unclear' }],
  ['200 as a page', (_, r) => html(r, 200), { kind: 'unclear' }],
  ['a reset', (_, r) => reset(r), { kind: 'unclear' }],
  ['a hang', () => undefined, { kind: 'unclear' }],
  ['half an answer', (_, r) => stall(r), { kind: 'unclear' }],
])('%s, asked once', async (_, script, expected) => {
  await using server = await scriptedServer(script);
  expect(await submitOnce(at(server.url, 300), model, {}, {})).toMatchObject(expected);
  expect(server.seen).toHaveLength(1);
});

test('nobody listens, or given up before: surely no job', async () => {
  const url = await closedPort();
  expect(await submitOnce(at(url), model, {}, {})).toMatchObject({ kind: 'not-sent' });
  expect(await submitOnce(at(url), model, {}, { signal: AbortSignal.abort() })).toMatchObject({
    kind: 'not-sent',
  });
});

test('the key and the token of the webhook are in no outcome and no line', async () => {
  const said: unknown[] = [];
  for (const script of [
    reset,
    (r: Parameters<Script>[1]) => html(r, 502),
    (r: Parameters<Script>[1]) => json(r, 401, { detail: 'x' }),
  ]) {
    await using server = await scriptedServer((_, response) => script(response));
    const log = recordingLogger();
    const config = { apiKey, queueUrl: server.url, restUrl: server.url, elsewhere: true };
    const client = createFalClient({ config, log });
    const signal = AbortSignal.timeout(1_500);
    said.push(
      await client.submit(model, {}, { webhookUrl: 'https://a.example/?job=1&token=very-secret', signal }),
      await client.status(model, 'r', { signal }),
      await client.uploadFile(Buffer.from('x'), { fileName: 'a', contentType: 'text/plain', signal }),
      log.lines,
    );
  }
  expect(JSON.stringify(said)).not.toMatch(/key-secret|very-secret/);
});

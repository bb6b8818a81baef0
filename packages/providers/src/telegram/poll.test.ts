import { expect, test } from 'vitest';
import {
  closedPort,
  html,
  json,
  reset,
  scriptedServer,
  stall,
  type Script,
} from '../testing/scripted-server.ts';
import { ALLOWED_UPDATES, createPoll } from './poll.ts';

const poll = (apiRoot: string) => createPoll({ config: { token: '1:a', apiRoot } });
const ask = { offset: 5, limit: 100, timeoutS: 0 };

test('updates, with everything in them kept', async () => {
  const update = { update_id: 5, message: { text: 'x', new_field: { a: 1 } } };
  await using server = await scriptedServer((_, response) =>
    json(response, 200, { ok: true, result: [update] }),
  );
  expect(await poll(server.url)(ask)).toEqual({ kind: 'updates', updates: [update] });
  expect(JSON.parse(String(server.seen[0]?.body))).toEqual({
    offset: 5,
    limit: 100,
    timeout: 0,
    allowed_updates: ALLOWED_UPDATES,
  });
});

const conflict =
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';
const webhook =
  "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const failure =
  (status: number, description: string, parameters?: object): Script =>
  (_, response) =>
    json(response, status, { ok: false, error_code: status, description, parameters });

test.each<[string, Script, object]>([
  ['another poller', failure(409, conflict), { kind: 'conflict', by: 'poller', description: conflict }],
  ['a webhook', failure(409, webhook), { kind: 'conflict', by: 'webhook', description: webhook }],
  ['401', failure(401, 'Unauthorized'), { kind: 'unauthorized', description: 'Unauthorized' }],
  ['404', failure(404, 'Not Found'), { kind: 'unauthorized', description: 'Not Found' }],
  [
    '429',
    failure(429, 'Too Many Requests', { retry_after: 4 }),
    { kind: 'server-error', status: 429, retryAfterMs: 4_000 },
  ],
  [
    'HTML 502',
    (_, response) => html(response, 502),
    { kind: 'server-error', status: 502, retryAfterMs: null },
  ],
  [
    'HTML 404 of an edge',
    (_, response) => html(response, 404),
    { kind: 'server-error', status: 404, retryAfterMs: null },
  ],
  [
    '200 without sense',
    (_, response) => json(response, 200, { ok: true, result: [{}] }),
    { kind: 'server-error', status: 200, retryAfterMs: null },
  ],
  ['a reset', (_, response) => reset(response), { kind: 'network', why: expect.any(String) }],
])('%s', async (_, script, expected) => {
  await using server = await scriptedServer(script);
  expect(await poll(server.url)(ask)).toEqual(expected);
});

test('nobody listens, and the caller gives up', async () => {
  expect(await poll(await closedPort())(ask)).toMatchObject({ kind: 'network' });
  await using server = await scriptedServer((_, response) => stall(response));
  expect(await poll(server.url)({ ...ask, signal: AbortSignal.timeout(100) })).toEqual({ kind: 'aborted' });
});

test('the connection of a conflict is not kept', async () => {
  await using server = await scriptedServer((request, response, index) =>
    index === 0
      ? failure(409, conflict)(request, response, index)
      : json(response, 200, { ok: true, result: [] }),
  );
  const one = poll(server.url);
  for (let n = 0; n < 3; n += 1) await one(ask);
  expect(server.seen.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'close', 'keep-alive']);
});

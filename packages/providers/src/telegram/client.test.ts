import { describe, expect, test, vi } from 'vitest';
import { closedPort, html, reset, scriptedServer, stall, type Script } from '../testing/scripted-server.ts';
import { answering, clientAt, ok, refuse, reply, token } from '../testing/telegram.ts';
import type { CallOptions } from './client.ts';

describe('answers of Telegram', () => {
  test('ok gives the result, and a path in the root is kept', async () => {
    await using server = await scriptedServer(ok);
    const { client } = clientAt(`${server.url}/prefix`);
    const outcome = await client.call('sendMessage', { chat_id: 1, text: 'hello' }, reply);
    expect(outcome).toEqual({ kind: 'ok', result: { message_id: 7 } });
    expect(server.seen[0]?.path).toBe(`/prefix/bot${token}/sendMessage`);
    expect(JSON.parse(String(server.seen[0]?.body))).toEqual({ chat_id: 1, text: 'hello' });
  });

  test.each([
    ['message is not modified: specified new message content …', { kind: 'unchanged', why: 'not-modified' }],
    ['message to edit not found', { kind: 'unchanged', why: 'gone' }],
    ['message to delete not found', { kind: 'unchanged', why: 'gone' }],
    ["message can't be edited", { kind: 'unchanged', why: 'not-editable' }],
    ['there is no text in the message to edit', { kind: 'unchanged', why: 'not-editable' }],
    [
      'query is too old and response timeout expired or query ID is invalid',
      { kind: 'unchanged', why: 'too-old' },
    ],
    ['chat not found', { kind: 'unreachable', why: 'Bad Request: chat not found' }],
    [
      "can't parse entities: Can't find end of the entity starting at byte offset 4",
      {
        kind: 'refused',
        code: 400,
        // The rest may repeat the text.
        description: "Bad Request: can't parse entities",
      },
    ],
  ])('400 %s', async (text, expected) => {
    await using at = await answering(refuse(400, `Bad Request: ${text}`));
    expect(await at.client.call('editMessageText', { chat_id: 1, message_id: 2, text: 'x' }, reply)).toEqual(
      expected,
    );
    expect(at.server.seen).toHaveLength(1);
  });

  test.each(['bot was blocked by the user', 'user is deactivated', 'bot was kicked from the group chat'])(
    '403 %s is unreachable',
    async (text) => {
      await using at = await answering(refuse(403, `Forbidden: ${text}`));
      expect(await at.client.call('sendMessage', { chat_id: 1, text: 'x' }, reply)).toEqual({
        kind: 'unreachable',
        why: `Forbidden: ${text}`,
      });
    },
  );

  test('a group that became a supergroup', async () => {
    await using at = await answering(
      refuse(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -1001 }),
    );
    expect(await at.client.call('sendMessage', { chat_id: -1, text: 'x' }, reply)).toEqual({
      kind: 'migrated',
      chatId: -1001,
    });
  });

  test('a reply to a deleted message is sent without the reply', async () => {
    await using at = await answering((request, response, index) =>
      String(request.body).includes('reply_parameters')
        ? refuse(400, 'Bad Request: message to be replied not found')(request, response, index)
        : ok(request, response, index),
    );
    const payload = { chat_id: 1, text: 'x', reply_parameters: { message_id: 9 } };
    expect(await at.client.call('sendMessage', payload, reply)).toMatchObject({ kind: 'ok' });
    expect(at.server.seen).toHaveLength(2);
  });
});

describe('429', () => {
  test('a short pause is waited for', async () => {
    await using at = await answering((request, response, index) =>
      index === 0
        ? refuse(429, 'Too Many Requests: retry after 1', { retry_after: 1 })(request, response, index)
        : ok(request, response, index),
    );
    const start = performance.now();
    expect(await at.client.call('sendMessage', { chat_id: 1, text: 'x' }, reply)).toMatchObject({
      kind: 'ok',
    });
    expect(performance.now() - start).toBeGreaterThan(950);
    expect(at.server.seen).toHaveLength(2);
  });

  test('a long pause goes to the caller, and only that chat pauses', async () => {
    await using at = await answering((request, response, index) =>
      index === 0
        ? refuse(429, 'Too Many Requests: retry after 60', { retry_after: 60 })(request, response, index)
        : ok(request, response, index),
    );
    const first = await at.client.call('sendMessage', { chat_id: 1, text: 'x' }, reply);
    expect(first).toMatchObject({ kind: 'retry' });
    expect(first.kind === 'retry' && first.afterMs).toBeGreaterThan(58_000);
    const second = await at.client.call('sendMessage', { chat_id: 1, text: 'x' }, reply);
    expect(second).toMatchObject({ kind: 'retry' });
    expect(at.server.seen).toHaveLength(1);
    const other = await at.client.call('sendMessage', { chat_id: 2, text: 'x' }, reply);
    expect(other).toMatchObject({ kind: 'ok' });
  });

  test('a call without a chat is not waited for', async () => {
    await using at = await answering(refuse(429, 'Too Many Requests: retry after 5', { retry_after: 5 }));
    expect(await at.client.call('getMe', {}, reply)).toEqual({
      kind: 'retry',
      afterMs: 5_000,
      why: 'too many requests',
    });
  });
});

describe('trouble on the way', () => {
  const send = (at: Awaited<ReturnType<typeof answering>>, options: CallOptions = reply) =>
    at.client.call('sendMessage', { chat_id: 1, text: 'x' }, options);
  const edit = (at: Awaited<ReturnType<typeof answering>>, options: CallOptions = reply) =>
    at.client.call('editMessageText', { chat_id: 1, message_id: 2, text: 'x' }, options);

  test('nobody listens: surely not sent', async () => {
    const { client } = clientAt(await closedPort());
    expect(await client.call('sendMessage', { chat_id: 1, text: 'x' }, reply)).toMatchObject({
      kind: 'retry',
      why: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('a send whose connection broke is unknown and never repeated', async () => {
    await using at = await answering((_, response) => reset(response));
    expect(await send(at)).toMatchObject({ kind: 'unknown' });
    expect(at.server.seen).toHaveLength(1);
  });

  test('an edit is repeated', async () => {
    await using at = await answering((request, response, index) =>
      index < 2 ? reset(response) : ok(request, response, index),
    );
    expect(await edit(at)).toMatchObject({ kind: 'ok' });
    expect(at.server.seen).toHaveLength(3);
  });

  test('HTML 502: a send is unknown, an edit is repeated twice and then left to the caller', async () => {
    await using at = await answering((_, response) => html(response, 502));
    expect(await send(at)).toMatchObject({ kind: 'unknown', why: expect.stringContaining('502') });
    expect(at.server.seen).toHaveLength(1);
    expect(await at.client.call('answerCallbackQuery', { callback_query_id: '1' }, reply)).toMatchObject({
      kind: 'retry',
    });
    expect(at.server.seen).toHaveLength(4);
  });

  test('HTML in place of an answer', async () => {
    await using at = await answering((_, response) => html(response, 413));
    expect(await send(at)).toMatchObject({ kind: 'unknown' });
  });

  test.each([
    ['a hang', () => undefined],
    ['a stalled body', (_: unknown, response: Parameters<Script>[1]) => stall(response)],
  ])('%s ends at the deadline', async (_, script) => {
    await using at = await answering(script);
    const start = performance.now();
    expect(await send(at, { priority: 'reply', timeoutMs: 200 })).toMatchObject({ kind: 'unknown' });
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(at.server.seen).toHaveLength(1);
  });

  test('an abort by the caller', async () => {
    await using at = await answering(() => undefined);
    const before = AbortSignal.abort();
    expect(await send(at, { priority: 'reply', signal: before })).toMatchObject({ kind: 'retry' });
    expect(at.server.seen).toHaveLength(0);
    const during = send(at, { priority: 'reply', signal: AbortSignal.timeout(100) });
    expect(await during).toMatchObject({ kind: 'unknown' });
  });

  test('the token is in no outcome and no line', async () => {
    const scripts: Script[] = [
      (_, response) => reset(response),
      (_, response) => html(response, 502),
      (_, response) => html(response, 404),
      (_, response) => response.writeHead(302, { location: `http://127.0.0.1:1/bot${token}/x` }).end(),
      refuse(400, `Bad Request: something about bot${token}`),
      refuse(401, 'Unauthorized'),
    ];
    const said: unknown[] = [];
    for (const script of scripts) {
      await using at = await answering(script);
      said.push(await at.client.call('sendMessage', { chat_id: 1, text: 'x' }, reply));
      said.push(await at.client.downloadToBuffer('file'));
      said.push(await at.client.pollUpdates({ offset: 0, limit: 1, timeoutS: 0 }));
      said.push(at.log.lines);
    }
    const { client, log } = clientAt(await closedPort());
    said.push(await client.call('getMe', {}, reply), log.lines);
    expect(JSON.stringify(said)).not.toContain('AAsecret');
    expect(JSON.stringify(said)).toContain('ECONNREFUSED');
  });
});

test('errors leave no connections behind', async () => {
  await using at = await answering((_, response) => response.writeHead(502).end('x'.repeat(1_000_000)));
  for (let n = 0; n < 10; n += 1) await at.client.call('sendMessage', { chat_id: n + 1, text: 'x' }, reply);
  await vi.waitFor(() => expect(at.server.open()).toBeLessThanOrEqual(1));
});

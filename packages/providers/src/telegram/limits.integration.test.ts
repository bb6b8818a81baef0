import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@aisha/sandbox';
import { testServices } from '@aisha/sandbox/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { recordingLogger } from '../testing/recording-logger.ts';
import { json, scriptedServer, type Script } from '../testing/scripted-server.ts';
import { createTelegramClient, type CallOptions } from './client.ts';

const reply = { priority: 'reply' } as const;
const ok: Script = (_, response) => json(response, 200, { ok: true, result: { message_id: 1 } });

/** As producers connect: fail fast, never queue commands for later. */
const connect = (url: string) => {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: true });
  redis.on('error', () => undefined);
  return redis;
};

/** A client as another process would have it: its own connection, its own memory, the same bot. */
function client(apiRoot: string, redis: Redis, botId: number) {
  return createTelegramClient({
    config: { token: `${botId}:a`, botId, apiRoot },
    redis,
    log: recordingLogger(),
  });
}

describe('with a Redis that works', () => {
  let one: Redis;
  let other: Redis;
  beforeAll(async () => {
    [one, other] = [connect(testServices().redis.url), connect(testServices().redis.url)];
    await Promise.all([one.connect(), other.connect()]);
  });
  afterAll(async () => {
    await Promise.all([one.quit(), other.quit()]);
  });

  test('a 429 that one process got is obeyed by the other, for that chat only', async () => {
    const botId = randomInt(1e9);
    await using server = await scriptedServer((_, response, index) =>
      index === 0
        ? json(response, 429, {
            ok: false,
            error_code: 429,
            description: 'Too Many Requests: retry after 30',
            parameters: { retry_after: 30 },
          })
        : ok(_, response, index),
    );
    const [a, b] = [client(server.url, one, botId), client(server.url, other, botId)];
    expect(await a.call('sendMessage', { chat_id: 7, text: 'x' }, reply)).toMatchObject({ kind: 'retry' });
    const second = await b.call('sendMessage', { chat_id: 7, text: 'x' }, reply);
    expect(second).toMatchObject({ kind: 'retry' });
    expect(second.kind === 'retry' && second.afterMs).toBeGreaterThan(28_000);
    expect(server.seen).toHaveLength(1);
    const progress = await b.call(
      'editMessageText',
      { chat_id: 7, message_id: 1, text: 'x' },
      { priority: 'progress' },
    );
    expect(progress).toEqual({ kind: 'unchanged', why: 'dropped' });
    expect(await b.call('sendMessage', { chat_id: 8, text: 'x' }, reply)).toMatchObject({ kind: 'ok' });
    // Buttons are answered even there: Telegram does not limit that.
    const button = await b.call('answerCallbackQuery', { callback_query_id: '1' }, { ...reply, chatId: 7 });
    expect(button).toMatchObject({ kind: 'ok' });
  });

  test('a result does not wait for the edit that says the same of its order', async () => {
    const botId = randomInt(1e9);
    await using server = await scriptedServer(ok);
    const a = client(server.url, one, botId);
    const send = (priority: CallOptions['priority'], signal: AbortSignal | null = null) =>
      a.call('sendMessage', { chat_id: 9, text: 'x' }, signal === null ? { priority } : { priority, signal });
    // A person who does much at once: of the twenty messages of a burst one is left.
    await Promise.all(Array.from({ length: 19 }, () => send('reply')));
    const given = new AbortController();
    const edit = send('ending', given.signal);
    expect(await send('result')).toMatchObject({ kind: 'ok' });
    expect(server.seen).toHaveLength(20);
    given.abort();
    expect(await edit).toMatchObject({ kind: 'retry' });
  });

  test('the budget of a chat is one, whoever sends', async () => {
    const botId = randomInt(1e9);
    await using server = await scriptedServer(ok);
    const [a, b] = [client(server.url, one, botId), client(server.url, other, botId)];
    const start = performance.now();
    const outcomes = await Promise.all(
      Array.from({ length: 23 }, (_, n) =>
        (n % 2 === 0 ? a : b).call('sendMessage', { chat_id: 7, text: 'x' }, { priority: 'result' }),
      ),
    );
    expect(outcomes.every(({ kind }) => kind === 'ok')).toBe(true);
    // Twenty at once, then one a second.
    expect(performance.now() - start).toBeGreaterThan(2_500);
    expect(server.seen).toHaveLength(23);
  });

  test('a group takes twenty a minute, broadcasts share thirty a second, replies do not', async () => {
    const botId = randomInt(1e9);
    await using server = await scriptedServer(ok);
    const bot = client(server.url, one, botId);
    const inGroup = (options: CallOptions) => bot.call('sendMessage', { chat_id: -5, text: 'x' }, options);
    for (let n = 0; n < 20; n += 1) await inGroup(reply);
    const late = await inGroup({ ...reply, signal: AbortSignal.abort() });
    expect(late).toMatchObject({ kind: 'retry', afterMs: expect.any(Number) });
    expect(late.kind === 'retry' && late.afterMs).toBeGreaterThan(1_500);

    const many = async (first: number, priority: CallOptions['priority']) => {
      const start = performance.now();
      const sent = await Promise.all(
        Array.from({ length: 60 }, (_, chat) =>
          bot.call('sendMessage', { chat_id: first + chat, text: 'x' }, { priority }),
        ),
      );
      expect(sent.every(({ kind }) => kind === 'ok')).toBe(true);
      return performance.now() - start;
    };
    expect(await many(1_000, 'bulk')).toBeGreaterThan(2_000);
    expect(await many(2_000, 'reply')).toBeLessThan(2_000);
  });
});

describe('with a Redis in trouble', () => {
  test('sends go on when it is away, when it hangs and when it is back', async () => {
    const folder = await mkdtemp(join(tmpdir(), `aisha-limits-${randomUUID()}`));
    const server = await startRedis({
      dataDir: join(folder, 'redis'),
      runDir: join(folder, 'run'),
      persistent: false,
      log: () => undefined,
    });
    const redis = connect(server.url);
    try {
      await redis.connect();
      await using telegram = await scriptedServer(ok);
      const bot = client(telegram.url, redis, randomInt(1e9));
      const send = async (chat: number) => {
        const start = performance.now();
        expect(await bot.call('sendMessage', { chat_id: chat, text: 'x' }, reply)).toMatchObject({
          kind: 'ok',
        });
        return performance.now() - start;
      };
      await send(1);
      process.kill(server.pid, 'SIGSTOP');
      expect(await send(2)).toBeLessThan(2_000);
      process.kill(server.pid, 'SIGCONT');
      await server.kill();
      expect(await send(3)).toBeLessThan(2_000);
      // The budget still holds, now counted by this process alone.
      for (let n = 0; n < 19; n += 1) await send(3);
      expect(await send(3)).toBeGreaterThan(300);
      await server.restart();
      await vi.waitFor(() => expect(redis.status).toBe('ready'), { timeout: 10_000 });
      await vi.waitFor(
        async () => {
          await send(4);
          expect(await redis.keys('aisha:tg:*')).not.toEqual([]);
        },
        { timeout: 10_000, interval: 200 },
      );
    } finally {
      redis.disconnect();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

import { randomUUID } from 'node:crypto';
import { createConversation, createTexts } from '@aisha/bot';
import type { InboxParts } from '@aisha/core';
import { startTestParts, type TestParts } from '@aisha/core/testing';
import { pollers, telegramUpdates } from '@aisha/db';
import { cutConnections } from '@aisha/db/testing';
import { connectConsumer, connectProducer } from '@aisha/queue';
import type { RedisConnection } from '@aisha/queue';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Lease } from './lease.ts';
import { Poller } from './poller.ts';

let bench: TestParts;
let me: number;
const running: { stop: () => Promise<void> }[] = [];
const connections: RedisConnection[] = [];
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = (await bench.telegram.control.createUser({ firstName: 'Ann', languageCode: 'en' })).id;
});
afterEach(async () => {
  await bench.telegram.control.clearFaults({});
  await Promise.all(running.splice(0).map(({ stop }) => stop()));
  for (const connection of connections.splice(0)) connection.disconnect();
  await bench.parts.telegram.deleteWebhook();
});

const texts = createTexts();

function parts(): InboxParts {
  const conversation = createConversation({
    botId: bench.botId,
    texts,
    settings: {
      testMode: false,
      faces: false,
      botUsername: 'b',
      links: false,
      fileLimit: 1,
      prices: bench.parts.prices,
      presets: { portrait: {}, style: {} },
    },
  });
  return { ...bench.parts, conversation };
}

/** A bot process, from its lease to its answers. */
function start(change: Partial<InboxParts> = {}, webhookUrl: string | null = null) {
  const redis = connectProducer({ url: bench.redis.appUrl }, bench.parts.log);
  const subscriber = connectConsumer({ url: bench.redis.appUrl }, bench.parts.log);
  connections.push(redis, subscriber);
  const lease = new Lease({
    redis,
    subscriber,
    key: `{aisha}:poller:${bench.botId}`,
    owner: randomUUID(),
    life: null,
    ttlMs: 1_500,
    renewMs: 300,
    log: bench.parts.log,
  });
  const { metrics } = bench.parts;
  const poller = new Poller({
    lease,
    parts: { ...parts(), ...change },
    botId: bench.botId,
    webhookUrl,
    metrics,
  });
  const stopping = new AbortController();
  const run = poller.run(stopping.signal);
  const bot = {
    poller,
    stop: () => {
      stopping.abort();
      return run;
    },
  };
  running.push(bot);
  return bot;
}

const patient = { timeout: 15_000, interval: 25 };
const polling = (...bots: { poller: Poller }[]) =>
  expect.poll(() => bots.filter(({ poller }) => poller.state.role === 'active').length, patient).toBe(1);
const say = (text: string) => bench.telegram.control.sendText({ userId: me, text });
const answers = async () =>
  (await bench.telegram.control.transcript({ chatId: me })).messages.filter(({ fromBot }) => fromBot).length;
const answered = (count: number) => expect.poll(answers, patient).toBe(count);
const pending = async () => (await bench.telegram.control.pendingUpdates({})).length;
const calls = async (method: string) => bench.telegram.control.journal({ method });

describe('a poller', () => {
  test('answers what is written, and what it has kept it confirms', async () => {
    const bot = start();
    await say('/help');
    await say('/privacy');
    await answered(2);
    await expect.poll(pending, patient).toBe(0);
    expect(bot.poller.state).toMatchObject({
      role: 'active',
      epoch: expect.any(Number),
      unauthorized: false,
    });
    expect(bot.poller.state.lastOkPollAt).not.toBeNull();
  });

  test('confirms nothing that is not committed: what the database refused comes again and is answered once', async () => {
    const { db } = bench.parts;
    let refused = 0;
    const failing = new Proxy(db, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'transaction' || typeof value !== 'function') return value;
        return async (...work: unknown[]) => {
          // The second one of a poller that begins is its first batch.
          refused += 1;
          if (refused === 2) throw Object.assign(new Error('the database restarts'), { code: '57P01' });
          return Reflect.apply(value, target, work);
        };
      },
    });
    await say('/help');
    start({ db: failing });
    await answered(1);
    expect(refused).toBeGreaterThan(2);
    await expect.poll(pending, patient).toBe(0);
    expect(await answers()).toBe(1);
  });

  test('goes on where it was after the database has cut every connection', async () => {
    start();
    await say('/help');
    await answered(1);
    await cutConnections(bench.database.url);
    await say('/help');
    await answered(2);
    await expect.poll(pending, patient).toBe(0);
  });

  test.each([
    ['a page instead of an answer', { kind: 'bad_gateway' }],
    ['an error of Telegram', { kind: 'server_error' }],
    ['a reset', { kind: 'reset_before' }],
    ['a lost answer', { kind: 'reset_after' }],
    ['a flood wait', { kind: 'too_many_requests', retryAfter: 1 }],
    ['another poller', { kind: 'conflict' }],
  ] as const)('goes on after %s', async (_name, action) => {
    await say('/help');
    await bench.telegram.control.addFault({ method: 'getUpdates', times: 2, action });
    const bot = start();
    await answered(1);
    expect(bot.poller.state.role).toBe('active');
    expect(await answers()).toBe(1);
  });

  test('whose poll is ended from outside begins the next one', async () => {
    start();
    await expect
      .poll(async () => (await bench.telegram.control.state({})).bots[0]?.polling, patient)
      .toBe(true);
    await bench.telegram.control.terminatePoll({});
    await say('/help');
    await answered(1);
  });

  test('whose token is refused says so, and is well again once it is taken', async () => {
    await bench.telegram.control.addFault({ method: 'getUpdates', action: { kind: 'unauthorized' } });
    const bot = start();
    await expect.poll(() => bot.poller.state.unauthorized, patient).toBe(true);
    expect(bench.log.filter(({ message }) => message.includes('bot token'))).toHaveLength(1);
    await bench.telegram.control.clearFaults({});
    await expect.poll(() => bot.poller.state.unauthorized, patient).toBe(false);
  });

  test('removes a webhook that is in its way, and drops nothing', async () => {
    await say('/help');
    await bench.parts.telegram.setWebhook({ url: 'http://127.0.0.1:9/webhook', secret: 'secret' });
    start();
    await answered(1);
    const deleted = (await calls('deleteWebhook')).at(-1);
    expect(deleted?.params).not.toHaveProperty('drop_pending_updates');
    expect((await bench.telegram.control.state({})).bots[0]?.webhookUrl).toBeNull();
  });

  test('that stops in the middle of a hanging poll is gone at once', async () => {
    await bench.telegram.control.addFault({ method: 'getUpdates', action: { kind: 'hang' } });
    const bot = start();
    await expect.poll(() => bot.poller.state.pollingSince, patient).not.toBeNull();
    const asked = performance.now();
    await bot.stop();
    expect(performance.now() - asked).toBeLessThan(2_000);
  });
});

describe('of two pollers', () => {
  test('one polls; when it stops the other goes on, and every message is answered once', async () => {
    const bots = [start(), start()];
    await polling(...bots);
    await bench.telegram.control.clearJournal({});
    for (let n = 0; n < 5; n += 1) await say('/help');
    await answered(5);
    const active = bots.find(({ poller }) => poller.state.role === 'active');
    await active?.stop();
    const [row] = await bench.parts.db.select().from(pollers);
    expect(active?.poller.state.role).toBe('standby');
    expect(row).toBeDefined();
    await say('/help');
    await answered(6);
    expect((await calls('getUpdates')).filter(({ status }) => status === 409)).toEqual([]);
    const unfinished = (await bench.parts.db.select().from(telegramUpdates)).filter(
      ({ state }) => state !== 'done',
    );
    expect(unfinished).toEqual([]);
  });

  test('the one that lost its lease keeps nothing any more, even if it does not know yet', async () => {
    const { telegram } = bench.parts;
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const pollUpdates: typeof telegram.pollUpdates = async (options) => {
      const outcome = await telegram.pollUpdates({ ...options, signal: null });
      if (outcome.kind === 'updates' && outcome.updates.length > 0) {
        reached.resolve();
        await goOn.promise;
      }
      return outcome;
    };
    await say('/help');
    const old = start({ telegram: { ...telegram, pollUpdates } });
    await reached.promise;
    const before = (await bench.parts.db.select().from(pollers))[0];
    // It hangs with its batch in hand; somebody empties Redis, and the other one takes over.
    const other = start();
    const redis = connectConsumer({ url: bench.redis.url }, bench.parts.log);
    connections.push(redis);
    await redis.flushall();
    await answered(1);
    goOn.resolve();
    await expect
      .poll(
        () => bench.log.some(({ message }) => message.startsWith('another poller has taken over')),
        patient,
      )
      .toBe(true);
    const after = (await bench.parts.db.select().from(pollers))[0];
    expect(after?.epoch).toBeGreaterThan(before?.epoch ?? 0);
    expect(await answers()).toBe(1);
    expect([old.poller.state.role, other.poller.state.role]).toContain('active');
  });
});

import { createConversation, createTexts } from '@aisha/bot';
import { incoming, keepUpdates } from '@aisha/core';
import { startTestParts, type TestParts } from '@aisha/core/testing';
import { ledgerEntries, notifications, telegramUpdates } from '@aisha/db';
import { jobs, startWorkers } from '@aisha/queue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { handlers } from './handlers.ts';
import { runSweeper } from './sweeper.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.parts.db.delete(notifications);
  await bench.parts.db.delete(telegramUpdates);
  me = await bench.person();
  await bench.telegram.control.sendText({ userId: me, text: 'hi' });
  bench.enqueued.length = 0;
});

function parts() {
  const texts = createTexts();
  const settings = {
    testMode: false,
    faces: false,
    botUsername: 'b',
    links: false,
    fileLimit: 1,
    prices: bench.parts.prices,
    presets: { portrait: {}, style: {} },
  };
  const conversation = createConversation({ botId: bench.botId, texts, settings });
  return { ...bench.parts, texts, settings, conversation };
}

const context = () => ({ ...bench.run(), attempt: 1, jobId: '1' });
const past = () => new Date(Date.now() - 1_000);

async function overdue(count = 1): Promise<void> {
  await bench.parts.db.insert(notifications).values(
    Array.from({ length: count }, (_, n) => ({
      key: `k${n}`,
      userId: me,
      chatId: me,
      kind: 'alarm',
      data: { provider: 'fal', reason: 'locked' },
      nextCheckAt: past(),
    })),
  );
}

describe('the handlers', () => {
  test('are there for every job of the catalogue', () => {
    expect(new Set(Object.keys(handlers(parts())))).toEqual(new Set(Object.keys(jobs)));
  });

  test('answer an update that came by a webhook', async () => {
    const from = { id: me, is_bot: false, first_name: 'A', language_code: 'en' };
    const message = { message_id: 1, date: 1, chat: { id: me, type: 'private' }, from, text: '/help' };
    const update = incoming({ update_id: 1, message });
    if (!update) throw new Error('no update');
    await keepUpdates(bench.parts.db, bench.botId, [update]);
    await handlers(parts())['telegram.dispatch'].handle({ botId: bench.botId, lane: update.lane }, context());
    const { messages } = await bench.telegram.control.transcript({ chatId: me });
    expect(messages.filter(({ fromBot }) => fromBot)).toHaveLength(1);
  });

  test('put a lane that has to wait back into the queue, for as long as it waits', async () => {
    await bench.parts.db.insert(telegramUpdates).values({
      botId: bench.botId,
      updateId: 2,
      lane: 'chat5',
      kind: 'message',
      payload: {},
      attempts: 1,
      nextCheckAt: new Date(Date.now() + 30_000),
    });
    const run = handlers(parts())['telegram.dispatch'].handle(
      { botId: bench.botId, lane: 'chat5' },
      context(),
    );
    const error: unknown = await run.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TransientError' });
    expect(Object(error).retryAfterMs).toBeGreaterThan(10_000);
  });

  test('of several workers decide a press before the photos after it, and wake those', async () => {
    const from = { id: me };
    const confirm = incoming({ update_id: 10, callback_query: { id: '1', from, data: 'confirm' } });
    const photos = Array.from({ length: 10 }, (_, n) =>
      incoming({ update_id: 11 + n, message: { chat: { id: me }, from, caption: `photo ${n}` } }),
    );
    await keepUpdates(
      bench.parts.db,
      bench.botId,
      [confirm, ...photos].filter((update) => update !== null),
    );
    const decided: string[] = [];
    const workers = Array.from({ length: 2 }, () =>
      startWorkers({
        redis: { url: bench.redis.appUrl },
        only: ['updates'],
        handlers: handlers({
          ...parts(),
          conversation: {
            decide: async (_unit, payloads) =>
              payloads.map(({ message, callback_query: pressed }) => {
                decided.push(pressed ? Object(pressed).data : Object(message).caption);
                return [];
              }),
            apology: () => [],
          },
        }),
        log: bench.parts.log,
        metrics: bench.parts.metrics,
      }),
    );
    const lane = { botId: bench.botId, lane: `chat${me}` };
    await bench.parts.producer.enqueue('telegram.dispatch', lane);
    const holds = async () => {
      const rows = await bench.parts.db.select().from(telegramUpdates);
      return rows.find(({ updateId }) => updateId === 10)?.holdsUntil ?? null;
    };
    await expect.poll(holds).not.toBeNull();
    expect(decided).toEqual([]);
    await bench.parts.producer.enqueue('telegram.dispatch', { ...lane, lane: `press-${me}` });
    await expect.poll(() => decided).toHaveLength(11);
    expect(decided).toEqual(['confirm', ...photos.map((_, n) => `photo ${n}`)]);
    expect(bench.enqueued.map(({ payload }) => payload)).toEqual([
      lane,
      { ...lane, lane: `press-${me}` },
      lane,
    ]);
    await Promise.all(workers.map((one) => one.close(1_000)));
  });

  test('tell what is owed', async () => {
    await overdue();
    const [row] = await bench.parts.db.select().from(notifications);
    await handlers(parts())['notification.send'].handle({ notificationId: row?.id ?? '' }, context());
    expect(await bench.parts.db.select().from(notifications)).toMatchObject([{ state: 'sent' }]);
  });
});

describe('the sweeper of a process', () => {
  const patient = { timeout: 15_000 };

  test('sweeps at once and again, reports what is owed, and ends with the process', async () => {
    const owed: number[] = [];
    const stopping = new AbortController();
    await overdue(3);
    const running = runSweeper(bench.parts, {
      updates: false,
      metrics: { ...bench.parts.metrics, notificationsPending: { set: (value) => void owed.push(value) } },
      signal: stopping.signal,
    });
    const asked = () => bench.enqueued.filter(({ name }) => name === 'notification.send').length;
    await expect.poll(asked, patient).toBe(3);
    await bench.parts.db.update(notifications).set({ nextCheckAt: past() });
    await expect.poll(asked, patient).toBe(6);
    expect(owed[0]).toBe(3);
    stopping.abort();
    await running;
  });

  test('rings when the books do not agree', async () => {
    const stopping = new AbortController();
    const entry = { userId: me, amount: 5, reason: 'promo_code' } as const;
    await bench.parts.db.insert(ledgerEntries).values([
      { ...entry, balanceAfter: 5, key: 'first' },
      { ...entry, balanceAfter: 5, key: 'second' },
    ]);
    let alarms = 0;
    const metrics = { ...bench.parts.metrics, ledgerAlarms: { inc: () => void (alarms += 1) } };
    const running = runSweeper(
      { ...bench.parts, metrics },
      { updates: false, metrics, signal: stopping.signal },
    );
    await expect.poll(() => alarms, patient).toBe(1);
    stopping.abort();
    await running;
    expect(bench.log).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'the books do not agree: an entry does not leave what all entries up to it add up to',
        fields: expect.objectContaining({ userId: me, found: 5, due: 10 }),
      }),
    );
    await bench.parts.db.delete(ledgerEntries);
  });

  test('goes on after a pass that failed', async () => {
    const { db } = bench.parts;
    let failures = 1;
    const failing = new Proxy(db, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'transaction' || typeof value !== 'function') return value;
        return (...work: unknown[]) => {
          failures -= 1;
          if (failures >= 0) return Promise.reject(new Error('the database restarts'));
          return Reflect.apply(value, target, work);
        };
      },
    });
    const stopping = new AbortController();
    const running = runSweeper(
      { ...bench.parts, db: failing },
      { updates: true, metrics: bench.parts.metrics, signal: stopping.signal },
    );
    const said = () => bench.log.some(({ message }) => message.startsWith('sweeping failed'));
    await expect.poll(said, patient).toBe(true);
    await overdue();
    const asked = () => bench.enqueued.some(({ name }) => name === 'notification.send');
    await expect.poll(asked, patient).toBe(true);
    stopping.abort();
    await running;
  });
});

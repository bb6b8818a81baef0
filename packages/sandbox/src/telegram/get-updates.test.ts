import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRawBot, updateIds, type RawBot } from './testing.ts';
import { createManualClock } from './clock.ts';
import { UpdateQueue } from './update-queue.ts';

const OTHER =
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';
const DAY_MS = 86_400_000;

let bot: RawBot;

beforeEach(async () => {
  bot = await startRawBot();
});
afterEach(() => bot.close());

const pending = async (): Promise<number> => (await bot.sandbox.control.state({})).bots[0]?.pending ?? -1;
const isPolling = async (): Promise<boolean> =>
  (await bot.sandbox.control.state({})).bots[0]?.polling ?? false;

/** Several updates; @returns their ids */
async function updates(count: number): Promise<number[]> {
  for (let index = 0; index < count; index += 1) await bot.say(`text ${index}`);
  const answer = await bot.call('getUpdates', { offset: 0 });
  bot.clock.advance(5000);
  return updateIds(answer);
}

describe('confirmation', () => {
  it('deletes what is below a positive offset, whoever asks, and nothing else', async () => {
    const [first = 0, second = 0, third = 0] = await updates(3);
    expect([second - first, third - second]).toEqual([1, 1]);
    expect(await pending()).toBe(3);
    expect(updateIds(await bot.call('getUpdates', { offset: second }))).toEqual([second, third]);
    expect(await pending()).toBe(2);
  });

  it('delivers again what was sent and not confirmed', async () => {
    const ids = await updates(2);
    expect(updateIds(await bot.call('getUpdates'))).toEqual(ids);
  });

  it('keeps only the last N for a negative offset', async () => {
    const ids = await updates(4);
    expect(updateIds(await bot.call('getUpdates', { offset: -2 }))).toEqual(ids.slice(-2));
    expect(await pending()).toBe(2);
  });

  it('keeps everything for a negative offset beyond the queue', async () => {
    const ids = await updates(2);
    expect(updateIds(await bot.call('getUpdates', { offset: -50 }))).toEqual(ids);
  });

  it('ignores an offset more than ten above the tail', async () => {
    const ids = await updates(2);
    const tail = (ids.at(-1) ?? 0) + 1;
    expect(updateIds(await bot.call('getUpdates', { offset: tail + 11 }))).toEqual(ids);
    expect(await pending()).toBe(2);
  });

  it('is empty for an offset between the tail and ten above it', async () => {
    const ids = await updates(2);
    const tail = (ids.at(-1) ?? 0) + 1;
    expect(updateIds(await bot.call('getUpdates', { offset: tail + 10 }))).toEqual([]);
    expect(await pending()).toBe(0);
  });

  it('reads from the head for a lower offset, near or far', async () => {
    const ids = await updates(2);
    const head = ids[0] ?? 0;
    expect(updateIds(await bot.call('getUpdates', { offset: head - 5 }))).toEqual(ids);
    expect(updateIds(await bot.call('getUpdates', { offset: head - 100_001 }))).toEqual(ids);
    expect(await pending()).toBe(2);
  });
});

describe('waiting', () => {
  it('returns at once when there is something', async () => {
    const ids = await updates(1);
    expect(updateIds(await bot.call('getUpdates', { timeout: 50 }))).toEqual(ids);
  });

  it('is answered within two milliseconds of the first update, which then travels with its followers', async () => {
    const { answer } = await bot.waiting('getUpdates', { timeout: 50 });
    await bot.say('one');
    await bot.say('two');
    bot.clock.advance(2);
    expect(updateIds(await answer)).toHaveLength(2);
  });

  it('is empty after its timeout, which is fifty seconds at most', async () => {
    const { answer } = await bot.waiting('getUpdates', { timeout: 3600 });
    bot.clock.advance(49_999);
    expect(await isPolling()).toBe(true);
    bot.clock.advance(1);
    expect((await answer).result).toEqual([]);
  });

  it('does not wait without a timeout', async () => {
    expect((await bot.call('getUpdates')).result).toEqual([]);
  });
});

describe('limits', () => {
  it('takes a limit of 1 to 100', async () => {
    await bot.sandbox.control.sendTexts({
      messages: Array.from({ length: 120 }, () => ({ userId: bot.userId, text: 'x' })),
    });
    const counts: number[] = [];
    for (const limit of [7, 0, 1000]) {
      counts.push(updateIds(await bot.call('getUpdates', { limit })).length);
      bot.clock.advance(5000);
    }
    expect(counts).toEqual([7, 1, 100]);
  });

  it('ends a response at four MiB', async () => {
    const caption = 'я'.repeat(1000);
    const queue = new UpdateQueue(createManualClock());
    for (let index = 0; index < 100; index += 1) {
      queue.push('message', '1', { text: caption.repeat(50) }, Number.MAX_SAFE_INTEGER);
    }
    const found = queue.read(0, 100);
    const bytes = found.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(found.length).toBeLessThan(100);
    expect(bytes).toBeLessThanOrEqual(1 << 22);
    expect(bytes).toBeGreaterThan(4_000_000);
  });

  it('drops silently what is bigger than 512 KiB or finds the queue full', () => {
    const queue = new UpdateQueue(createManualClock());
    const forever = Number.MAX_SAFE_INTEGER;
    expect(queue.push('message', '1', { text: 'x'.repeat(512 * 1024) }, forever)).toBeNull();
    for (let index = 0; index < 100_000; index += 1) queue.push('message', '1', {}, forever);
    expect(queue.push('message', '1', {}, forever)).toBeNull();
    expect([queue.size, queue.dropped]).toEqual([100_000, 2]);
  });

  it('makes a caller in a tight loop wait three seconds, and gives one update at a time', async () => {
    const first = await bot.call('getUpdates', { offset: 0 });
    expect(first.result).toEqual([]);
    bot.clock.advance(1000);
    const { answer } = await bot.waiting('getUpdates', { offset: 0 });
    expect(await isPolling()).toBe(true);
    bot.clock.advance(3000);
    expect((await answer).result).toEqual([]);
    await bot.say('one');
    await bot.say('two');
    bot.clock.advance(400);
    expect(updateIds(await bot.call('getUpdates', { offset: 0 }))).toHaveLength(2);
    bot.clock.advance(400);
    expect(updateIds(await bot.call('getUpdates', { offset: 0 }))).toHaveLength(1);
    bot.clock.advance(600);
    expect(updateIds(await bot.call('getUpdates', { offset: 0 }))).toHaveLength(2);
  });
});

describe('allowed_updates', () => {
  it('is kept between calls, filters when an update is queued, and returns to the default for []', async () => {
    const types = async (): Promise<unknown> => (await bot.sandbox.control.state({})).bots[0]?.allowedUpdates;
    await bot.say('before');
    await bot.call('getUpdates', { allowed_updates: ['callback_query'] });
    await bot.say('filtered out');
    bot.clock.advance(5000);
    const seen = await bot.call('getUpdates', { offset: 0 });
    expect(seen.result).toMatchObject([{ message: { text: 'before' } }]);
    expect(await types()).toEqual(['callback_query']);
    bot.clock.advance(5000);
    await bot.call('getUpdates', { allowed_updates: 'no JSON' });
    expect(await types()).toEqual(['callback_query']);
    bot.clock.advance(5000);
    await bot.call('getUpdates', { allowed_updates: ['nonsense'] });
    expect(await types()).toBeNull();
  });

  it('leaves out reactions by default and takes them when asked for', async () => {
    const messageId = await bot.say();
    await bot.sandbox.control.react({ userId: bot.userId, messageId, emoji: '👍' });
    expect(await pending()).toBe(1);
    await bot.call('getUpdates', { allowed_updates: ['message_reaction'] });
    await bot.sandbox.control.react({ userId: bot.userId, messageId, emoji: null });
    expect(await pending()).toBe(2);
  });
});

describe('two pollers', () => {
  it('ends the older waiting one with 409; the newer goes on', async () => {
    const older = await bot.waiting('getUpdates', { timeout: 50 });
    const newer = await bot.waiting('getUpdates', { timeout: 50 });
    expect(await older.answer).toMatchObject({ status: 409, error_code: 409, description: OTHER });
    await bot.say();
    bot.clock.advance(2);
    expect(updateIds(await newer.answer)).toHaveLength(1);
  });

  it('lets the waiting one be when the other asks for no wait', async () => {
    const waiting = await bot.waiting('getUpdates', { timeout: 50, offset: 0 });
    bot.clock.advance(4000);
    expect((await bot.call('getUpdates', { offset: 0, timeout: 0 })).result).toEqual([]);
    expect(await isPolling()).toBe(true);
    await bot.say();
    bot.clock.advance(2);
    expect(updateIds(await waiting.answer)).toHaveLength(1);
  });

  it('kicks by a short poll that the hammer rule makes wait', async () => {
    const waiting = await bot.waiting('getUpdates', { timeout: 50, offset: 7 });
    await bot.waiting('getUpdates', { timeout: 0, offset: 7, limit: 1 });
    expect(await waiting.answer).toMatchObject({ status: 409, description: OTHER });
  });

  it('answers the first 409 at once and holds the next ones for three seconds', async () => {
    const first = await bot.waiting('getUpdates', { timeout: 50 });
    const second = await bot.waiting('getUpdates', { timeout: 50 });
    expect((await first.answer).status).toBe(409);
    await bot.waiting('getUpdates', { timeout: 50 });
    let isAnswered = false;
    void second.answer.then(() => (isAnswered = true));
    bot.clock.advance(2999);
    await bot.call('getMe');
    expect(isAnswered).toBe(false);
    bot.clock.advance(1);
    expect(await second.answer).toMatchObject({ status: 409, description: OTHER });
  });
});

describe('with a webhook', () => {
  it('refuses getUpdates, and ends the waiting one when the webhook is set', async () => {
    const waiting = await bot.waiting('getUpdates', { timeout: 50 });
    await bot.call('setWebhook', { url: 'http://127.0.0.1:9/hook' });
    expect(await waiting.answer).toMatchObject({
      status: 409,
      description: 'Conflict: terminated by setWebhook request',
    });
    bot.clock.advance(3000);
    expect(await bot.call('getUpdates')).toMatchObject({
      status: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    });
  });
});

describe('lifetimes', () => {
  it('keeps messages for a day', async () => {
    await bot.say();
    bot.clock.advance(DAY_MS - 2000);
    expect(await pending()).toBe(1);
    bot.clock.advance(2000);
    expect(await pending()).toBe(0);
    expect((await bot.call('getUpdates')).result).toEqual([]);
  });

  it('keeps button presses and checkouts for 150 seconds', async () => {
    await bot.say();
    const markup = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] };
    await bot.call('sendMessage', { chat_id: bot.userId, text: 'press', reply_markup: markup });
    await bot.call('getUpdates', { offset: -1 });
    await bot.sandbox.control.press({ userId: bot.userId, messageId: 2, data: 'go' });
    expect(await pending()).toBe(2);
    bot.clock.advance(149_000);
    expect(await pending()).toBe(2);
    bot.clock.advance(2000);
    expect(await pending()).toBe(1);
  });

  it('goes on from another id after a week of silence', async () => {
    const [before = 0] = await updates(1);
    await bot.call('getUpdates', { offset: before + 1 });
    bot.clock.advance(8 * DAY_MS);
    const [after = 0] = await updates(1);
    expect(after).not.toBe(before + 1);
    expect(after).toBeGreaterThan(2_000_000);
  });
});

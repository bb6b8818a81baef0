import { type InboxParts, incoming, keepUpdates } from '@aisha/core';
import { startTestParts, type TestParts } from '@aisha/core/testing';
import { telegramUpdates } from '@aisha/db';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LaneRunner } from './lane-runner.ts';

let bench: TestParts;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
afterEach(async () => {
  await bench.parts.db.delete(telegramUpdates);
});

/** Each message is answered with its own text; what happens while it is decided, and while the answer is sent. */
function handling({
  deciding = () => undefined,
  sending = async () => undefined,
}: {
  deciding?: (text: string) => void;
  sending?: (chatId: number, text: string) => Promise<void>;
}): InboxParts {
  return {
    ...bench.parts,
    conversation: {
      apology: () => [],
      decide: async (_unit, payloads) =>
        payloads.map(({ message, callback_query: pressed }) => {
          if (pressed) deciding(Object(pressed).data);
          if (!message) return [];
          const { chat, text } = Object(message);
          deciding(text);
          return [{ method: 'sendMessage', payload: { chat_id: chat.id, text } }];
        }),
    },
    telegram: {
      ...bench.parts.telegram,
      call: async (_method, payload) => {
        const { chat_id: chatId, text } = Object(payload);
        await sending(chatId, text);
        return { kind: 'unchanged', why: 'not-modified' };
      },
    },
  };
}

let ids = 0;
async function keep(chatId: number, ...texts: string[]): Promise<string> {
  for (const text of texts) {
    const update = incoming({
      update_id: (ids += 1),
      message: { message_id: ids, chat: { id: chatId }, from: { id: chatId }, text },
    });
    if (update) await keepUpdates(bench.parts.db, bench.botId, [update]);
  }
  return `chat${chatId}`;
}

function start(parts: InboxParts, { concurrency = 10, mayAct = (): boolean => true } = {}) {
  const controller = new AbortController();
  const runner = new LaneRunner({
    parts,
    botId: bench.botId,
    signal: controller.signal,
    mayAct,
    concurrency,
  });
  return { runner, stop: () => controller.abort() };
}

const left = () => bench.parts.db.$count(telegramUpdates, undefined);
const undone = async () =>
  (await bench.parts.db.select().from(telegramUpdates)).filter(({ state }) => state !== 'done').length;

describe('lanes', () => {
  test('do not wait for each other; within one, one waits for the other', async () => {
    const slow = Promise.withResolvers<void>();
    const seen: string[] = [];
    const { runner, stop } = start(
      handling({
        sending: async (chat, text) => {
          if (chat === 1 && text === 'a') await slow.promise;
          seen.push(`${chat}${text}`);
        },
      }),
    );
    runner.kick([await keep(1, 'a', 'b'), await keep(2, 'a', 'b'), await keep(3, 'a')]);
    await expect.poll(() => seen.toSorted()).toEqual(['2a', '2b', '3a']);
    expect(runner.busy).toBe(true);
    slow.resolve();
    await runner.idle();
    expect(seen.slice(3)).toEqual(['1a', '1b']);
    expect(runner.busy).toBe(false);
    stop();
  });

  test('kicked while they run see what came meanwhile', async () => {
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const { runner, stop } = start(
      handling({
        sending: async (_chat, text) => {
          seen.push(text);
          if (text === 'a') await first.promise;
        },
      }),
    );
    runner.kick([await keep(1, 'a')]);
    await expect.poll(() => seen).toEqual(['a']);
    runner.kick([await keep(1, 'b')]);
    first.resolve();
    await expect.poll(() => seen).toEqual(['a', 'b']);
    stop();
  });

  test('run so many at once and no more, and all of them in the end', async () => {
    let now = 0;
    let most = 0;
    const three = Promise.withResolvers<void>();
    const { runner, stop } = start(
      handling({
        sending: async () => {
          most = Math.max(most, (now += 1));
          if (now === 3) three.resolve();
          await three.promise;
          now -= 1;
        },
      }),
      { concurrency: 3 },
    );
    const lanes: string[] = [];
    for (let chat = 1; chat <= 20; chat += 1) lanes.push(await keep(chat, 'a', 'b'));
    runner.kick(lanes);
    await expect.poll(undone, { timeout: 10_000 }).toBe(0);
    expect(most).toBe(3);
    await expect.poll(() => runner.finished).toBeGreaterThanOrEqual(20);
    expect(await left()).toBe(40);
    stop();
  });

  test('go on by themselves after a failure that passes', async () => {
    let broken = true;
    const { runner, stop } = start(
      handling({
        deciding: () => {
          if (broken) throw Object.assign(new Error('the database restarts'), { code: '57P01' });
        },
      }),
    );
    runner.kick([await keep(1, 'a')]);
    await expect.poll(() => runner.finished).toBeGreaterThan(0);
    expect(await undone()).toBe(1);
    broken = false;
    await expect.poll(undone, { timeout: 5_000 }).toBe(0);
    stop();
  });

  test('go on by themselves after a handler has failed', async () => {
    let failures = 2;
    const { runner, stop } = start(
      handling({
        deciding: (text) => {
          if (text === 'bad' && (failures -= 1) >= 0) throw new RangeError('a bug');
        },
      }),
    );
    runner.kick([await keep(1, 'bad', 'good')]);
    await expect.poll(undone, { timeout: 10_000 }).toBe(0);
    stop();
  });

  test('wait for a press that fails at first, and go on as soon as it is decided', async () => {
    const seen: string[] = [];
    let failures = 2;
    const { runner, stop } = start(
      handling({
        deciding: (text) => {
          if (text === '[confirm]' && (failures -= 1) >= 0) throw new RangeError('a bug');
          seen.push(text);
        },
      }),
    );
    const press = incoming({
      update_id: (ids += 1),
      callback_query: { id: '1', from: { id: 1 }, data: '[confirm]' },
    });
    await keepUpdates(bench.parts.db, bench.botId, press ? [press] : []);
    runner.kick([await keep(1, 'a', 'b'), 'press-1']);
    await expect.poll(undone, { timeout: 10_000 }).toBe(0);
    expect(seen).toEqual(['[confirm]', 'a', 'b']);
    stop();
  });

  test('are left where they are when the process may not act any more', async () => {
    const seen: string[] = [];
    let mine = true;
    const { runner, stop } = start(
      handling({
        sending: async (_chat, text) => {
          seen.push(text);
          mine = text !== 'b';
        },
      }),
      { mayAct: () => mine },
    );
    runner.kick([await keep(1, 'a', 'b', 'c')]);
    await runner.idle();
    expect(seen).toEqual(['a', 'b']);
    expect(await undone()).toBe(1);
    stop();
    runner.kick(['chat1']);
    await runner.idle();
    expect(seen).toEqual(['a', 'b']);
  });
});

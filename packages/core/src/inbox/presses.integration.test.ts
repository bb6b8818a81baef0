import { telegramUpdates } from '@aisha/db';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { say } from '../testing/lane.ts';
import { startTestParts, type TestParts } from '../testing/parts.ts';
import { keepUpdates } from './commit.ts';
import { createDispatcher } from './dispatch.ts';
import type { InboxParts, LaneId } from './inbox.ts';
import { incoming } from './lanes.ts';

let bench: TestParts;
let me: number;
let chat: string;
let presses: string;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await newPerson();
  chat = `chat${me}`;
  presses = `press-${me}`;
});
afterEach(async () => {
  await bench.parts.db.delete(telegramUpdates);
});

async function newPerson(): Promise<number> {
  const { id } = await bench.telegram.control.createUser({ firstName: 'Анна' });
  // A bot may only write to who has written to it.
  await bench.telegram.control.sendText({ userId: id, text: 'hi' });
  return id;
}

let ids = 3_000_000;

/** Keeps a message, or a press where it begins with a bracket: `[confirm]`. */
async function keep(
  text: string,
  { from = me, id = (ids += 1), ...rest }: { from?: number; where?: number; id?: number } = {},
): Promise<void> {
  const { where = from } = rest;
  const at = { message_id: id, chat: { id: where, type: where === from ? 'private' : 'supergroup' } };
  const update = incoming(
    isPress(text)
      ? { update_id: id, callback_query: { id: String(id), from: { id: from }, data: text, message: at } }
      : { update_id: id, message: { ...at, from: { id: from }, text } },
  );
  await keepUpdates(bench.parts.db, bench.botId, update ? [update] : []);
}

const isPress = (text: string) => text.startsWith('[');
const numberIn = (text: string) => Number(text.replaceAll(/[[\]]/g, ''));
const PHOTOS = Array.from({ length: 10 }, (_, n) => `photo ${n}`);
async function keepAll(texts: readonly string[]): Promise<void> {
  for (const text of texts) await keep(text);
}

interface Process extends InboxParts {
  /** What it decided, in order. */
  readonly decided: string[];
  readonly woken: string[];
  readonly run: (lane: string) => Promise<string>;
}

/** A process with a dispatcher of its own; whatever it is told to fail at fails. */
function process(fails: (text: string) => Error | null = () => null, decided: string[] = []): Process {
  const parts: InboxParts = {
    ...bench.parts,
    conversation: {
      decide: async (_unit, payloads) => {
        const texts = payloads.map(({ message, callback_query: pressed }): string =>
          pressed ? Object(pressed).data : Object(message).text,
        );
        for (const text of texts) {
          const error = fails(text);
          if (error) throw error;
        }
        decided.push(...texts);
        return payloads.map(({ message }) => (message ? [say(Object(message).chat.id, 'seen')] : []));
      },
      apology: () => [],
    },
    telegram: {
      ...bench.parts.telegram,
      call: async () => ({ kind: 'unchanged', why: 'not-modified' }),
    },
  };
  const woken: string[] = [];
  const dispatcher = createDispatcher(parts, ({ lane }) => woken.push(lane));
  const signal = AbortSignal.timeout(30_000);
  return {
    ...parts,
    decided,
    woken,
    run: async (lane) => (await dispatcher.run({ botId: bench.botId, lane }, { signal })).kind,
  };
}

const later = () => bench.parts.db.update(telegramUpdates).set({ nextCheckAt: sql`now()` });
const rowsOf = (lane: string) =>
  bench.parts.db.select().from(telegramUpdates).where(eq(telegramUpdates.lane, lane));

describe('a message', () => {
  test('waits for an older press of its person and is woken when that is decided', async () => {
    await keepAll(['[confirm]', ...PHOTOS]);
    const { run, decided, woken } = process();
    expect(await run(chat)).toBe('held');
    expect(decided).toEqual([]);
    expect(await run(presses)).toBe('empty');
    expect(woken).toEqual([chat]);
    expect(await run(chat)).toBe('empty');
    expect(decided).toEqual(['[confirm]', ...PHOTOS]);
  });

  test('does not wait for a later press, nor a press for an older message', async () => {
    await keepAll(['text', '[later]']);
    const { run, decided } = process();
    await run(presses);
    await run(chat);
    expect(decided).toEqual(['[later]', 'text']);
    await keepAll(['text', '[later]']);
    await run(chat);
    expect(decided).toEqual(['[later]', 'text', 'text']);
  });

  test('that comes to be decided at the same time comes after it', async () => {
    await keepAll(['[confirm]', ...PHOTOS]);
    const { run, decided } = process();
    expect(await Promise.all([run(chat), run(presses)])).toEqual(['empty', 'empty']);
    expect(decided).toEqual(['[confirm]', ...PHOTOS]);
  });

  test('waits for every older press, not only for the first', async () => {
    await keepAll(['[new]', '[confirm]', 'photo', '[later]']);
    const { run, decided, woken } = process();
    const outcomes = await Promise.all([run(chat), run(presses)]);
    expect(outcomes).toEqual(['held', 'empty']);
    expect(woken).toContain(chat);
    await run(chat);
    expect(decided.indexOf('photo')).toBeGreaterThan(decided.indexOf('[confirm]'));
  });

  test('waits in whatever chat either was, and only where it is the same person’s', async () => {
    const other = await newPerson();
    const group = -5_000;
    await keep('[in the group]', { where: group });
    await keep('mine', { where: -6_000 });
    await keep('private');
    await keep('another’s', { from: other, where: group });
    const { run, decided, woken } = process();
    expect([await run('chat-6000'), await run(chat), await run(`chat${group}`)]).toEqual([
      'held',
      'held',
      'empty',
    ]);
    expect(decided).toEqual(['another’s']);
    await run(presses);
    expect(woken).toEqual([chat]);
    await Promise.all([run(chat), run('chat-6000')]);
    expect(decided.slice(1).toSorted()).toEqual(['[in the group]', 'mine', 'private']);
    expect(decided[1]).toBe('[in the group]');
  });

  test('wakes the group where the button was', async () => {
    await keep('[in the group]', { where: -5_000 });
    await keep('mine', { where: -5_000 });
    const { run, woken } = process();
    expect(await run('chat-5000')).toBe('held');
    await run(presses);
    expect(woken).toEqual(['chat-5000']);
  });

  test('whose webhook overtook the press’s waits all the same', async () => {
    await keep('photo', { id: (ids += 2) });
    await keep('[confirm]', { id: ids - 1 });
    const { run, decided } = process();
    expect(await run(chat)).toBe('held');
    await run(presses);
    await run(chat);
    expect(decided).toEqual(['[confirm]', 'photo']);
  });
});

describe('after a crash', () => {
  test('photos wait for the press behind one whose answer a dead process was sending', async () => {
    await keepAll(['[new]', '[confirm]', ...PHOTOS]);
    const { run, decided } = process();
    const dead = { claimedUntil: sql`now() + interval '20 seconds'`, state: 'decided' as const };
    await bench.parts.db
      .update(telegramUpdates)
      .set({ ...dead, owed: [say(me, 'answer')] })
      .where(and(eq(telegramUpdates.lane, presses), eq(telegramUpdates.updateId, ids - PHOTOS.length - 1)));
    expect(await Promise.all([run(chat), run(presses)])).toEqual(['held', 'busy']);
    expect(decided).toEqual([]);
    await bench.parts.db.update(telegramUpdates).set({ claimedUntil: null });
    await Promise.all([run(chat), run(presses)]);
    await run(chat);
    expect(decided).toEqual(['[confirm]', ...PHOTOS]);
  });

  test('many processes decide each once, and no message before an older press', async () => {
    const people = [me, ...(await Promise.all(Array.from({ length: 4 }, newPerson)))];
    const texts = Array.from({ length: 12 }, (_, n) => (n % 3 === 1 ? `[${n}]` : String(n)));
    for (const text of texts) await Promise.all(people.map((from) => keep(text, { from, id: (ids += 1) })));
    const decided: { from: number; text: string }[] = [];
    const crowd = Array.from({ length: 4 }, () => {
      const one = process();
      const decide: InboxParts['conversation']['decide'] = async (unit, payloads) => {
        for (const { message, callback_query: pressed } of payloads) {
          const { from, text, data } = Object(message ?? pressed);
          decided.push({ from: from.id, text: data ?? text });
        }
        return one.conversation.decide(unit, payloads);
      };
      const dispatcher = createDispatcher(
        { ...one, conversation: { ...one.conversation, decide } },
        () => undefined,
      );
      return (lane: LaneId) => dispatcher.run(lane, { signal: AbortSignal.timeout(30_000) });
    });
    const lanes = people.flatMap((id) => [`chat${id}`, `press-${id}`]);
    const finish = async (run: (typeof crowd)[number], lane: string) => {
      while ((await run({ botId: bench.botId, lane })).kind !== 'empty') await new Promise(setImmediate);
    };
    await Promise.all(crowd.flatMap((run) => lanes.map((lane) => finish(run, lane))));
    for (const id of people) {
      const mine = decided.filter(({ from }) => from === id).map(({ text }) => text);
      expect(mine.toSorted()).toEqual(texts.toSorted());
      const overtaken = mine.filter((text, at) =>
        mine.slice(at).some((one) => isPress(one) && !isPress(text) && numberIn(one) < numberIn(text)),
      );
      expect(overtaken).toEqual([]);
    }
  });
});

describe('a press that cannot be decided', () => {
  test('is set aside after its attempts, and then its person’s messages go on', async () => {
    await keepAll(['[bad]', 'text']);
    const { run, decided, woken } = process((text) => (text === '[bad]' ? new RangeError('a bug') : null));
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await later();
      expect(await run(chat)).toBe('held');
      expect(woken).toEqual([]);
      await run(presses);
    }
    expect(woken).toEqual([chat]);
    expect(await run(chat)).toBe('empty');
    expect(decided).toEqual(['text']);
  });

  test('for whatever reason holds nobody up for longer than a while, counted once', async () => {
    await keepAll(['[stuck]', ...PHOTOS]);
    const { run, decided } = process((text) =>
      text === '[stuck]' ? Object.assign(new Error('statement timeout'), { code: '57014' }) : null,
    );
    expect(await run(chat)).toBe('held');
    const [held] = await rowsOf(presses);
    const waits = (held?.holdsUntil?.getTime() ?? 0) - Date.now();
    expect(waits).toBeGreaterThan(35_000);
    expect(waits).toBeLessThan(46_000);
    await expect(run(presses)).rejects.toThrow('statement timeout');
    expect(await run(chat)).toBe('held');
    expect(await rowsOf(presses)).toMatchObject([{ holdsUntil: held?.holdsUntil }]);

    await bench.parts.db.update(telegramUpdates).set({ holdsUntil: sql`now()` });
    expect(await run(chat)).toBe('empty');
    expect(decided).toEqual(PHOTOS);
  });
});

import { chats, telegramUpdates } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestParts, type TestParts } from '../testing/parts.ts';
import { echo, type Lane, messagesIn, openLane, say } from '../testing/lane.ts';
import { ClaimLost, makeCalls } from './calls.ts';
import type { InboxParts } from './inbox.ts';

let bench: TestParts;
let lane: Lane;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  lane = await openLane(bench);
});
afterEach(async () => {
  await bench.telegram.control.clearFaults({});
  await bench.parts.db.delete(telegramUpdates);
});

describe('Telegram', () => {
  test('that asks for a pause gets it, and the order is kept', async () => {
    await lane.keep(['1|2', '3']);
    await bench.telegram.control.addFault({
      method: 'sendMessage',
      skip: 1,
      times: 1,
      action: { kind: 'too_many_requests', retryAfter: 30 },
    });
    const outcome = await lane.run(echo(bench));
    expect(outcome.kind).toBe('wait');
    expect(await lane.sent()).toEqual(['1']);
    expect((await lane.run(echo(bench))).kind).toBe('wait');
    await lane.later();
    // The pause is kept for every process through Redis.
    await bench.redis.restart();
    await expect
      .poll(async () => (await lane.later(), (await lane.run(echo(bench))).kind), { timeout: 10_000 })
      .toBe('empty');
    expect(await lane.sent()).toEqual(['1', '2', '3']);
  });

  test('that takes the message and loses the answer may get it twice, which is counted', async () => {
    await lane.keep(['1']);
    await bench.telegram.control.addFault({
      method: 'sendMessage',
      times: 1,
      action: { kind: 'reset_after' },
    });
    expect((await lane.run(echo(bench))).kind).toBe('wait');
    expect(await lane.row()).toMatchObject({ state: 'decided', unknownOutcomes: 1 });
    await lane.later();
    await lane.run(echo(bench));
    expect(await lane.sent()).toEqual(['1', '1']);
  });

  test('that says the person has blocked the bench ends the update and marks the chat', async () => {
    await lane.keep(['1|2', '3']);
    await bench.telegram.control.block({ userId: lane.me });
    expect(await lane.run(echo(bench))).toEqual({ kind: 'empty' });
    const [chat] = await bench.parts.db.select().from(chats).where(eq(chats.id, lane.me));
    expect(chat?.unreachableSince).not.toBeNull();
    expect(await lane.row()).toMatchObject({ state: 'done', error: 'the chat cannot be reached' });
  });

  test('that refuses a text for good does not stop the lane', async () => {
    await lane.keep([' ', '2']);
    expect(await lane.run(echo(bench))).toEqual({ kind: 'empty' });
    expect(await lane.sent()).toEqual(['2']);
    expect(bench.log.some(({ message }) => message === 'Telegram refused a call')).toBe(true);
  });
});

describe('calls in turn', () => {
  const make = (
    onSent: (sent: number) => Promise<void>,
    renewClaim: () => Promise<void> = async () => undefined,
  ) =>
    makeCalls(
      bench.parts,
      { owed: ['1', '2'].map((text) => say(lane.me, text)), sent: 0, unknownOutcomes: 0 },
      {
        priority: 'reply',
        signal: AbortSignal.timeout(20_000),
        onSent,
        onOwed: async () => undefined,
        renewClaim,
      },
    );

  test('are kept as made although the database restarts just then', async () => {
    let failures = 3;
    const kept: number[] = [];
    const outcome = await make(async (sent) => {
      if ((failures -= 1) >= 0) throw Object.assign(new Error('restarting'), { code: '57P01' });
      kept.push(sent);
    });
    expect(outcome).toEqual({ kind: 'made' });
    expect(kept).toEqual([1, 2]);
    expect(await lane.sent()).toEqual(['1', '2']);
  });

  test('end when the process was frozen for longer than its claim, whatever wakes up first', async () => {
    const frozenAt = performance.now();
    const clock = vi.spyOn(performance, 'now');
    const timers = vi.spyOn(globalThis, 'setInterval');
    const renewClaim = vi.fn<() => Promise<void>>(async () => undefined);
    const outcome = make(async () => {
      clock.mockReturnValue(frozenAt + 60_000);
      for (const [wake, delay] of timers.mock.calls) if (delay === 5_000) wake();
    }, renewClaim);
    await expect(outcome).rejects.toThrow(ClaimLost);
    clock.mockRestore();
    timers.mockRestore();
    expect(renewClaim).not.toHaveBeenCalled();
    expect(await lane.sent()).toEqual(['1']);
  });
});

describe('a file that is owed', () => {
  const owing = (key: string): InboxParts => ({
    ...bench.parts,
    conversation: {
      ...echo(bench).conversation,
      decide: async (_unit, payloads) =>
        payloads.map(() => [
          {
            method: 'sendDocument',
            payload: { chat_id: lane.me },
            files: { document: { bucket: 'transcripts', key, filename: 'a.txt' } },
          },
        ]),
    },
  });

  test('is read when it is sent', async () => {
    const key = `${lane.me}/documents/a/a.txt`;
    await bench.parts.storage.put('transcripts', key, Buffer.from('text'), { contentType: 'text/plain' });
    await lane.keep(['1']);
    await lane.run(owing(key));
    expect((await messagesIn(bench, lane.me)).map(({ file }) => file?.name)).toEqual(['a.txt']);
  });

  test('and was deleted meanwhile does not stop the lane', async () => {
    await lane.keep(['1', '2']);
    expect(await lane.run(owing(`${lane.me}/documents/a/gone.txt`))).toEqual({ kind: 'empty' });
    expect(await lane.row()).toMatchObject({ state: 'done' });
  });

  test('and cannot be read now is sent soon after, by whoever is first', async () => {
    await lane.keep(['1']);
    const key = `${lane.me}/documents/a/b.txt`;
    await bench.parts.storage.put('transcripts', key, Buffer.from('text'), { contentType: 'text/plain' });
    const parts = owing(key);
    const get = () => Promise.reject(new TransientError('storage is away'));
    expect(await lane.run({ ...parts, storage: { ...parts.storage, get } })).toEqual({
      kind: 'wait',
      ms: 2_000,
    });
    expect(await lane.row()).toMatchObject({ state: 'decided', claimedUntil: null, unknownOutcomes: 0 });
    await lane.later();
    expect(await lane.run(parts)).toEqual({ kind: 'empty' });
    expect(await messagesIn(bench, lane.me)).toHaveLength(1);
  });
});

import { telegramUpdates } from '@aisha/db';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestParts, type TestParts } from '../testing/parts.ts';
import { APOLOGY, echo, type Lane, openLane, say } from '../testing/lane.ts';
import { createDispatcher } from './dispatch.ts';
import type { InboxParts } from './inbox.ts';
import { keepUpdates } from './commit.ts';
import { incoming } from './lanes.ts';
import { replayUpdate } from './poison.ts';

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

describe('a lane', () => {
  test('is answered in order, and each update is done', async () => {
    await lane.keep(['1', '2', '3']);
    expect(await lane.run(echo(bench))).toEqual({ kind: 'empty' });
    expect(await lane.sent()).toEqual(['1', '2', '3']);
    const rows = await bench.parts.db.select().from(telegramUpdates).orderBy(asc(telegramUpdates.seq));
    expect(rows.map(({ state, sent: calls, claimedUntil }) => [state, calls, claimedUntil])).toEqual(
      rows.map(() => ['done', 1, null]),
    );
  });

  test('goes by arrival, not by Telegram’s numbers, which may begin anew', async () => {
    const [first] = await lane.keep(['new']);
    await bench.parts.db.update(telegramUpdates).set({ updateId: 2_000_000_000 });
    await lane.keep(['newer']);
    await lane.run(echo(bench));
    expect(first).toBeDefined();
    expect(await lane.sent()).toEqual(['new', 'newer']);
  });

  test('run by four processes at once decides and sends each once, in order', async () => {
    const texts = Array.from({ length: 12 }, (_, n) => `${n}a|${n}b`);
    await lane.keep(texts);
    const parts = echo(bench);
    const runner = async () => {
      for (;;) {
        const outcome = await lane.run(parts);
        if (outcome.kind === 'empty') return;
        await new Promise(setImmediate);
      }
    };
    await Promise.all([runner(), runner(), runner(), runner()]);
    expect(parts.decided).toEqual(texts);
    expect(await lane.sent()).toEqual(texts.flatMap((text) => text.split('|')));
  });

  test('whose updates come twice answers them once', async () => {
    const [id] = await lane.keep(['1']);
    const again = incoming({
      update_id: id,
      message: { message_id: 1, chat: { id: lane.me }, text: 'other' },
    });
    expect(await keepUpdates(bench.parts.db, bench.botId, again ? [again, again] : [])).toEqual([]);
    await lane.run(echo(bench));
    expect(await keepUpdates(bench.parts.db, bench.botId, again ? [again] : [])).toEqual([]);
    expect(await lane.run(echo(bench))).toEqual({ kind: 'empty' });
    expect(await lane.sent()).toEqual(['1']);
  });

  test('stops before the next call when it may not act any more', async () => {
    await lane.keep(['1|2', '3']);
    let calls = 0;
    const outcome = await lane.run(echo(bench), { mayAct: () => (calls += 1) <= 2 });
    expect(outcome.kind).toBe('wait');
    expect(await lane.sent()).toEqual(['1']);
    expect(await lane.row(1)).toMatchObject({ state: 'decided', sent: 1, claimedUntil: null });
    await lane.later();
    await lane.run(echo(bench));
    expect(await lane.sent()).toEqual(['1', '2', '3']);
  });
});

describe('many lanes at once', () => {
  const runAll = (parts: InboxParts, lanes: readonly Lane[]) => {
    const dispatcher = createDispatcher(parts, () => undefined);
    const signal = AbortSignal.timeout(20_000);
    return Promise.all(
      lanes.map((one) => dispatcher.run({ botId: bench.botId, lane: `chat${one.me}` }, { signal })),
    );
  };

  test('are decided together, each in its own order', async () => {
    const lanes = await Promise.all(Array.from({ length: 8 }, () => openLane(bench)));
    for (const one of lanes) await one.keep(['1', '2|3']);
    const parts = echo(bench);
    let together = 0;
    const counting: InboxParts = {
      ...parts,
      conversation: {
        ...parts.conversation,
        decide: (unit, payloads) => {
          together = Math.max(together, payloads.length);
          return parts.conversation.decide(unit, payloads);
        },
      },
    };
    expect(await runAll(counting, lanes)).toEqual(lanes.map(() => ({ kind: 'empty' })));
    for (const one of lanes) expect(await one.sent()).toEqual(['1', '2', '3']);
    expect(together).toBe(8);
  });

  test('do not suffer from the one whose handling fails', async () => {
    const lanes = await Promise.all(Array.from({ length: 4 }, () => openLane(bench)));
    for (const [n, one] of lanes.entries()) await one.keep([n === 2 ? 'bad' : 'good']);
    const outcomes = await runAll(
      echo(bench, (text) => {
        if (text === 'bad') throw new RangeError('a bug');
      }),
      lanes,
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['empty', 'empty', 'wait', 'empty']);
    const sent = await Promise.all(lanes.map((one) => one.sent()));
    expect(sent).toEqual([['good'], ['good'], [], ['good']]);
  });

  test('do not suffer from the one whose statement takes too long', async () => {
    const lanes = await Promise.all(Array.from({ length: 3 }, () => openLane(bench)));
    for (const [n, one] of lanes.entries()) await one.keep([n === 0 ? 'slow' : 'good']);
    const parts = echo(bench, (text) => {
      if (text === 'slow') throw Object.assign(new Error('statement timeout'), { code: '57014' });
    });
    await expect(runAll(parts, lanes)).rejects.toMatchObject({ code: '57014' });
    await expect.poll(() => Promise.all(lanes.map((one) => one.sent()))).toEqual([[], ['good'], ['good']]);
  });

  test('a lane that is asked for twice is worked on once', async () => {
    await lane.keep(['1', '2']);
    const outcomes = await runAll(echo(bench), [lane, lane]);
    expect(outcomes).toEqual([{ kind: 'empty' }, { kind: 'busy' }]);
    expect(await lane.sent()).toEqual(['1', '2']);
  });
});

describe('a crash between the decision and the calls', () => {
  test('leaves to the next one only what was not sent, and nothing is decided again', async () => {
    await lane.keep(['1|2|3', '4']);
    const parts = echo(bench);
    const { telegram } = bench.parts;
    let calls = 0;
    const dying: typeof telegram.call = (...call) => {
      calls += 1;
      // The process is gone: nothing after this comes true, in the database neither.
      if (calls === 2) return new Promise(() => undefined);
      return telegram.call(...call);
    };
    void lane.run({ ...parts, telegram: { ...telegram, call: dying } });
    await expect.poll(() => calls).toBe(2);
    expect(await lane.row(1)).toMatchObject({ state: 'decided', sent: 1 });
    expect(await lane.run(parts)).toEqual({ kind: 'busy' });

    await bench.parts.db.update(telegramUpdates).set({ claimedUntil: sql`now() - interval '1 second'` });
    await lane.later();
    expect(await lane.run(parts)).toEqual({ kind: 'empty' });
    expect(await lane.sent()).toEqual(['1', '2', '3', '4']);
    expect(parts.decided).toEqual(['1|2|3', '4']);
    // It may have been sent just before: that is known.
    expect(await lane.row(1)).toMatchObject({ unknownOutcomes: 1 });
  });

  test('a call that takes long keeps the others away for as long as it takes', async () => {
    await lane.keep(['1|2']);
    const { telegram } = bench.parts;
    const until = async () => (await lane.row()).claimedUntil?.getTime() ?? 0;
    const renewals: boolean[] = [];
    const call: typeof telegram.call = async (...request) => {
      const before = await until();
      if (renewals.length === 0)
        await vi.waitUntil(async () => (await until()) > before, { timeout: 10_000 });
      renewals.push((await until()) > Date.now());
      return telegram.call(...request);
    };
    await lane.run({ ...echo(bench), telegram: { ...telegram, call } });
    expect(renewals).toEqual([true, true]);
    expect(await lane.sent()).toEqual(['1', '2']);
  });
});

describe('calls that cannot be read', () => {
  test('are set aside, made when tried again once they can be, and the lane goes on', async () => {
    const [id] = await lane.keep(['1', '2']);
    const decided = { state: 'decided' as const, claimedUntil: null };
    await bench.parts.db
      .update(telegramUpdates)
      .set({ ...decided, owed: [{ method: 5, secret: 'words' }] })
      .where(eq(telegramUpdates.updateId, id ?? 0));
    const parts = echo(bench);
    expect(await lane.run(parts)).toEqual({ kind: 'wait', ms: 0 });
    expect(await lane.run(parts)).toEqual({ kind: 'empty' });
    expect(await lane.sent()).toEqual(['2']);
    expect(await lane.row(1)).toMatchObject({ state: 'done', poisonedAt: expect.any(Date) });
    expect(JSON.stringify(bench.log)).not.toContain('words');

    await bench.parts.db.update(telegramUpdates).set({ owed: [say(lane.me, 'at last')] });
    expect(await replayUpdate(bench.parts.db, bench.botId, id ?? 0)).toBe(`chat${lane.me}`);
    expect(await lane.run(parts)).toEqual({ kind: 'empty' });
    expect(await lane.sent()).toEqual(['2', 'at last']);
    expect(parts.decided).toEqual(['2']);
  });
});

describe('a handler that fails', () => {
  const failing = (times = Infinity) => {
    let left = times;
    return echo(bench, (text) => {
      if (text === 'bad' && (left -= 1) >= 0) throw new RangeError('a bug');
    });
  };

  test('is tried again after a pause, and nothing of the failed try stays', async () => {
    await lane.keep(['bad', 'good']);
    const parts = failing(1);
    const first = await lane.run(parts);
    expect(first.kind).toBe('wait');
    expect(await lane.row(1)).toMatchObject({ state: 'pending', attempts: 1, error: 'RangeError: a bug' });
    expect((await lane.run(parts)).kind).toBe('wait');
    expect(await lane.sent()).toEqual([]);
    await lane.later();
    expect(await lane.run(parts)).toEqual({ kind: 'empty' });
    expect(await lane.sent()).toEqual(['bad', 'good']);
  });

  test('is set aside after five tries: its sender is told, and the lane goes on', async () => {
    await lane.keep(['bad', 'good']);
    const parts = failing();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await lane.later();
      const outcome = await lane.run(parts);
      if (outcome.kind === 'wait') pauses.push(outcome.ms);
    }
    expect(pauses).toEqual([200, 800, 3_200, 10_000, 0]);
    expect(await lane.run(parts)).toEqual({ kind: 'empty' });
    const [apology, good] = await lane.sent();
    expect(apology).toBe(APOLOGY);
    expect(good).toBe('good');
    expect(await lane.row(1)).toMatchObject({ state: 'done', poisonedAt: expect.any(Date) });
  });

  test('is set aside in a group too, where nobody is told', async () => {
    const group = await bench.telegram.control.createGroup({ title: 'G', memberIds: [lane.me] });
    await lane.keep(['bad', 'good'], { id: group.id, type: 'supergroup' });
    const parts = failing();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await lane.later();
      await lane.run(parts, { lane: `chat${group.id}` });
    }
    expect(await lane.run(parts, { lane: `chat${group.id}` })).toEqual({ kind: 'empty' });
    expect(await lane.sent(group.id)).toEqual(['good']);
  });

  test('because the database is away does not count against the update', async () => {
    await lane.keep(['1']);
    const parts = echo(bench, () => {
      throw Object.assign(new Error('terminating connection'), { code: '57P01' });
    });
    await expect(lane.run(parts)).rejects.toMatchObject({ code: '57P01' });
    expect(await lane.row()).toMatchObject({ state: 'pending', attempts: 0 });
  });
});

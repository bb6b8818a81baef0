import { randomUUID } from 'node:crypto';
import { applyRetention, askErasure, eraseAgain, openAccount, transact } from '@aisha/core';
import { eventually, FREE_OF_CHARGE, statementsOf, survives } from '@aisha/core/testing';
import {
  BUCKETS,
  creditHolds,
  erasedPeople,
  erasures,
  groupRules,
  orders,
  payments,
  recordings,
  users,
} from '@aisha/db';
import { connectProducer } from '@aisha/queue';
import { silentLogger } from '@aisha/service';
import { eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestBot, stranger, type TestBot } from '../testing/bot.ts';
import { furnish } from '../testing/furnish.ts';
import { buy } from '../testing/paying.ts';
import { tellAll } from '../testing/jobs.ts';
import { privacyHandlers } from './handlers.ts';

/** Of the person of this test alone. */
let words = '';
let people = 0;
let bot: TestBot;
let redis: ReturnType<typeof connectProducer>;
beforeAll(async () => {
  bot = await startTestBot({ prices: { ...FREE_OF_CHARGE, charged: true, welcome: 300 } });
  redis = connectProducer({ url: bot.redis.appUrl }, silentLogger);
  await eventually(() => redis.ping());
});
afterAll(async () => {
  redis.disconnect();
  await bot.close();
});
beforeEach(async () => {
  people += 1;
  words = `тайные${people}слова`;
  await bot.forgetPace();
});

/** Everywhere that somebody's number, or words of theirs, are found: tables, buckets, Redis. */
async function placesOf(needles: readonly (string | number)[]): Promise<string[]> {
  const { db, storage } = bot.parts;
  const found: string[] = [];
  const has = (text: string) => needles.some((one) => new RegExp(`(?<!\\d)${one}(?!\\d)`).test(text));
  const tables = z
    .array(z.object({ name: z.string() }))
    .parse(
      (
        await db.execute(
          sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
        )
      ).rows,
    );
  for (const { name } of tables) {
    const { rows } = await db.execute(sql`select to_jsonb(t)::text as row from ${sql.identifier(name)} t`);
    if (
      z
        .array(z.object({ row: z.string() }))
        .parse(rows)
        .some(({ row }) => has(row))
    )
      found.push(name);
  }
  for (const bucket of BUCKETS)
    for await (const { key } of storage.list(bucket, null)) {
      const content = (await storage.get(bucket, key))?.toString() ?? '';
      if (has(key) || has(content)) found.push(`${bucket}:${key}`);
    }
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'COUNT', 1_000);
    cursor = next;
    for (const key of keys) {
      const hash = (await redis.type(key)) === 'hash' ? JSON.stringify(await redis.hgetall(key)) : '';
      if (has(key) || has(hash)) found.push(`redis:${key}`);
    }
  } while (cursor !== '0');
  return found;
}

const erase = async (id: string) => {
  const run = { ...bot.run(), attempt: 1, jobId: '1' };
  for (let n = 0; n < 20; n += 1) {
    try {
      return await privacyHandlers(bot.parts)['privacy.erase'].handle({ erasureId: id }, run);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('an erasure waits')) throw error;
      await tellAll(bot);
    }
  }
  throw new Error('the erasure never ends');
};

async function somebody(said = words): Promise<number> {
  const me = await stranger(bot, 'ru', `Анна ${said}`);
  await bot.say(me, `/start ${said}`);
  await furnish(bot, me, said);
  await bot.say(me, said);
  return me;
}

const erasureOf = async (me: number) => {
  const [row] = await bot.parts.db.select().from(erasures).where(eq(erasures.userId, me));
  if (!row) throw new Error('nobody leaves');
  return row;
};

describe('/delete_me', () => {
  test('is asked twice, says what is lost, and waits a day in which one may stay', async () => {
    const me = await somebody();
    const [first] = await bot.say(me, '/delete_me');
    expect(first?.text).toContain('кредит');
    await bot.press(me, 'leave');
    await bot.press(me, 'leave.sure:day');
    expect((await bot.messages(me)).at(-1)?.text).toContain('можно передумать');
    await erase((await erasureOf(me)).id);
    expect((await erasureOf(me)).state).toBe('waiting');
    // Simply coming back is enough to be asked.
    await bot.say(me, '/start');
    expect((await bot.press(me, 'leave.stay')).toast).toContain('остаётся');
    await expect(erasureOf(me)).rejects.toThrow('nobody leaves');
    expect((await placesOf([me])).length).toBeGreaterThan(10);
  });

  test('nothing of them is found anywhere, what was paid stands without a name, and others have what they had', async () => {
    const other = await somebody('чужиеслова');
    const me = await somebody();
    const chargeId = await buy(bot, me, 'small');
    await tellAll(bot);
    await bot.say(me, `/imagine ${words}`);
    const before = await placesOf([me, words]);
    expect(before.length).toBeGreaterThan(20);
    await bot.forgetPace();
    const others = (await placesOf([other, 'чужиеслова'])).toSorted();
    await bot.say(me, '/delete_me');
    await bot.press(me, 'leave');
    await bot.press(me, 'leave.sure:now');
    await erase((await erasureOf(me)).id);
    const receipt = (await bot.messages(me)).at(-1)?.text;
    expect(receipt).toContain('Всё удалено');
    expect(receipt).toContain('без имени');
    await bot.forgetPace();
    expect(await placesOf([me, words])).toEqual([]);
    expect((await placesOf([other, 'чужиеслова'])).toSorted()).toEqual(others);
    const [payment] = await bot.parts.db.select().from(payments).where(eq(payments.chargeId, chargeId));
    expect(payment?.userId).toBeLessThan(-(2 ** 52));

    // A backup of before is restored: the same person is there again.
    await bot.parts.db
      .insert(users)
      .values({ id: me, firstName: words, createdAt: new Date('2026-01-01T00:00:00Z') });
    // Their objects with them; a job of before waits in a Redis that was not emptied.
    await bot.parts.storage.put('generated', `${me}/images/x/1.jpg`, Buffer.from(words), {
      contentType: 'image/jpeg',
    });
    await bot.parts.producer.enqueue('telegram.dispatch', { botId: bot.botId, lane: `chat${me}` });
    expect(await placesOf([me, words])).toEqual([
      'users',
      `generated:${me}/images/x/1.jpg`,
      expect.stringContaining('redis:'),
      expect.stringContaining('redis:'),
    ]);
    expect(await transact(bot.parts, (unit) => eraseAgain(unit, bot.parts.config.privacy.key))).toBe(1);
    await erase((await erasureOf(me)).id);
    expect(await placesOf([me, words])).toEqual([]);
    // Whoever comes back by themselves is somebody new, and stays; they were welcomed once.
    await bot.say(me, '/start');
    expect(await transact(bot.parts, (unit) => openAccount(unit, me))).toMatchObject({ balance: 0 });
    expect(await transact(bot.parts, (unit) => eraseAgain(unit, bot.parts.config.privacy.key))).toBe(0);
    expect(await bot.parts.db.$count(erasedPeople)).toBe(1);
    // Twice on one day: what a person may use in a day would begin anew.
    await bot.say(me, '/delete_me');
    await bot.press(me, 'leave');
    await bot.press(me, 'leave.sure:now');
    await erase((await erasureOf(me)).id);
    expect(await erasureOf(me)).toMatchObject({ state: 'waiting' });
    expect(await bot.parts.db.$count(users, eq(users.id, me))).toBe(1);
  });

  test('a death before a statement of any step, and before the step is noted, ends the same: all gone, one receipt', async () => {
    /** With a recording, its object and an answer: one of each place where something is. */
    const leaver = async (how: 'pressed' | 'asked') => {
      people += 1;
      words = `тайные${people}слова`;
      const me = await stranger(bot, 'ru', words);
      await bot.forgetPace();
      await bot.say(me, '/start');
      const transcriptKey = `${me}/recordings/x/transcript.txt`;
      await bot.parts.storage.put('transcripts', transcriptKey, Buffer.from(words), {
        contentType: 'text/plain',
      });
      await bot.parts.db.insert(recordings).values({
        ownerId: me,
        chatId: me,
        messageId: 1,
        source: 'voice',
        fileId: 'f',
        title: words,
        text: words,
        transcribedAt: new Date(),
        transcriptKey,
      });
      if (how === 'pressed') {
        await bot.say(me, '/delete_me');
        await bot.press(me, 'leave');
        await bot.press(me, 'leave.sure:now');
      } else
        await transact(bot.parts, (unit) =>
          askErasure(unit, { userId: me, askedBy: 'person', language: 'ru', now: true }),
        );
      return { me, id: (await erasureOf(me)).id };
    };
    const first = await leaver('pressed');
    const said = await statementsOf(() => erase(first.id));
    // Before and after each step is noted, in the midst of its rows, and at the ends.
    const noted = said.flatMap((one, n) =>
      one.includes('insert into "erasure_steps"') ? [n + 1, n + 2] : [],
    );
    const rows = said.findIndex((one) => one.includes('delete from "recordings"')) + 1;
    const moments = [...new Set([1, 2, ...noted, rows, said.length])].filter((n) => n <= said.length);
    expect(moments.length).toBeGreaterThan(14);
    for (const [n, moment] of moments.entries()) {
      const { me, id } = await leaver(n % 2 === 0 ? 'pressed' : 'asked');
      expect(await survives(moment, () => erase(id))).toBe(false);
      await erase(id);
      await erase(id);
      await bot.forgetPace();
      expect(await placesOf([me, words]), `death before ${said[moment - 1]}`).toEqual([]);
      const told = (await bot.messages(me)).filter(({ text }) => text.includes('Всё удалено'));
      expect(told, `receipts after a death before ${said[moment - 1]}`).toHaveLength(1);
    }
  }, 60_000);

  test('in a group each one’s goes with them, the payer’s books stay, and the administrators’ erasure takes the rest', async () => {
    const said = (n: number) => `сказано${n}`;
    const [anna = 0, boris = 0, payer = 0] = await Promise.all(
      [1, 2, 3].map(() => stranger(bot, 'ru', 'Группа')),
    );
    const { id: group } = await bot.telegram.control.createGroup({
      title: 'Команда',
      type: 'supergroup',
      memberIds: [anna, boris, payer],
    });
    for (const one of [anna, boris, payer]) await bot.say(one, '/start');
    await bot.telegram.control.sendText({ userId: payer, chatId: group, text: '/settings' });
    await bot.fetch();
    await bot.work();
    const { db, storage } = bot.parts;
    await db
      .insert(groupRules)
      .values({ chatId: group, payerId: payer, administrators: [payer] })
      .onConflictDoUpdate({
        target: groupRules.chatId,
        set: { payerId: payer, administrators: [payer] },
      });
    for (const [n, owner] of [anna, boris].entries())
      for (const chatId of [group, owner]) {
        const told = chatId === group ? said(n) : `личное${n}`;
        const id = randomUUID();
        const transcriptKey = `${owner}/recordings/${id}/transcript.txt`;
        await storage.put('transcripts', transcriptKey, Buffer.from(told), { contentType: 'text/plain' });
        await db.insert(recordings).values({
          id,
          ownerId: owner,
          chatId,
          messageId: 1,
          source: 'voice',
          fileId: 'f',
          title: told,
          text: told,
          transcribedAt: new Date(),
          transcriptKey,
        });
        const [order] = await db
          .insert(orders)
          .values({
            ownerId: owner,
            chatId,
            payerId: chatId === group ? payer : owner,
            kind: 'transcription',
            subjectId: id,
            input: {},
            state: 'succeeded',
            deadlineAt: new Date(),
            endedAt: new Date(),
          })
          .returning();
        if (!order) throw new Error('no order');
        await db.insert(creditHolds).values({
          orderId: order.id,
          userId: chatId === group ? payer : owner,
          amount: 5,
          captured: 5,
          settledAt: new Date(),
        });
      }
    const leave = async (userId: number) => {
      const { id } = await transact(bot.parts, (unit) =>
        askErasure(unit, { userId, askedBy: 'person', language: 'ru', now: true }),
      );
      await erase(id);
      await bot.forgetPace();
    };
    await bot.forgetPace();
    await leave(anna);
    expect(await placesOf([anna, said(0), 'личное0'])).toEqual([]);
    // What the other said there, and who pays, is as it was; the payer's books add up without a name.
    expect(await placesOf([said(1)])).toContain('recordings');
    expect(await db.$count(creditHolds, eq(creditHolds.userId, payer))).toBe(2);
    expect(await db.$count(groupRules, eq(groupRules.payerId, payer))).toBe(1);

    await leave(group);
    await applyRetention(bot.parts);
    await db.execute(
      sql`update recordings set deleted_at = now() - interval '1 hour' where deleted_at is not null`,
    );
    await applyRetention(bot.parts);
    expect(await placesOf([group, said(1)])).toEqual([]);
    expect(await placesOf(['личное1'])).toContain('recordings');
    expect(await db.$count(creditHolds, eq(creditHolds.userId, payer))).toBe(2);
    expect(await db.$count(users, eq(users.id, boris))).toBe(1);

    await leave(payer);
    expect(await placesOf([payer])).toEqual([]);
    expect(await db.$count(creditHolds, lt(creditHolds.userId, -(2 ** 52)))).toBeGreaterThanOrEqual(2);
  });

  test('what is written while it runs changes nothing', async () => {
    const me = await somebody();
    await transact(bot.parts, (unit) =>
      askErasure(unit, { userId: me, askedBy: 'person', language: 'ru', now: true }),
    );
    const [answer] = await bot.say(me, `/imagine ${words}`);
    expect(answer?.text).toContain('удаляются');
    await erase((await erasureOf(me)).id);
    await bot.forgetPace();
    expect(await placesOf([me, words])).toEqual([]);
  });
});

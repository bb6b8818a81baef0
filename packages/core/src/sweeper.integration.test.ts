import {
  avatarPhotos,
  avatars,
  documents,
  falJobs,
  groupMessages,
  images,
  notifications,
  orders,
  telegramUpdates,
} from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { orderDocument } from './documents/documents.ts';
import { createFalJobs } from './fal/jobs.ts';
import { generatorFor } from './fal/models/index.ts';
import { pendingNotifications } from './notifications/sweep.ts';
import { applyRetention } from './retention.ts';
import { sweep } from './sweeper.ts';
import {
  type Enqueued,
  makeAvatar,
  makeOrder,
  makeRecording,
  startTestParts,
  type TestParts,
} from './testing.ts';
import { transact } from './unit.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.parts.db.execute('truncate users, notifications, telegram_updates cascade');
  me = await bench.person();
});

const past = sql`now() - interval '1 second'`;
const file = { bytes: Buffer.from('x'), name: 'a.txt', mime: 'text/plain' };

/** One of everything that may be left unfinished, all overdue; the jobs that it takes to finish them. */
async function everythingOverdue(): Promise<Enqueued[]> {
  const { parts } = bench;
  const { db } = parts;
  const image = await makeOrder(bench, me);
  const training = await makeAvatar(bench, me);
  const [trainingOrder] = await db
    .insert(orders)
    .values({
      ownerId: me,
      chatId: me,
      kind: 'training',
      subjectId: training.id,
      input: {},
      deadlineAt: sql`now() + interval '1 hour'`,
    })
    .returning();
  const { recording } = await makeRecording(bench, me, file);
  const written = await transact(parts, (unit) =>
    orderDocument(unit, recording, 'todo', 'ru', { chatId: me }),
  );
  const documentId = (written.kind === 'placed' && written.order.subjectId) || '';
  const request = await createFalJobs(parts, { id: image.id, ownerId: me, chatId: me }, [
    { model: generatorFor(null, bench.parts.config.fal.models), input: {} },
  ]);
  if (typeof request === 'string' || !request[0]) throw new Error('no request');
  await db.update(falJobs).set({ state: 'submitted' });
  const draft = await makeAvatar(bench, me);
  const [photo] = await db
    .insert(avatarPhotos)
    .values({ avatarId: draft.id, fileId: 'a', fileUniqueId: 'a' })
    .returning();
  const deleted = await makeAvatar(bench, me);
  await db
    .update(avatars)
    .set({ state: 'deleted', deletedAt: sql`now() - interval '2 minutes'` })
    .where(eq(avatars.id, deleted.id));
  await db.update(avatars).set({ screenDueAt: past }).where(eq(avatars.id, draft.id));
  const [notification] = await db
    .insert(notifications)
    .values({ key: 'k', userId: me, chatId: me, kind: 'alarm', data: {} })
    .returning();
  await db.insert(telegramUpdates).values(
    [1, 2, 3].map((updateId) => ({
      botId: bench.botId,
      updateId,
      lane: `chat${updateId === 3 ? 2 : 1}`,
      kind: 'message',
      payload: {},
    })),
  );
  for (const table of [orders, falJobs, avatarPhotos, notifications, telegramUpdates])
    await db.update(table).set({ nextCheckAt: past });
  bench.enqueued.length = 0;
  return [
    { name: 'order.start', payload: { orderId: image.id } },
    { name: 'order.start', payload: { orderId: trainingOrder?.id ?? '' } },
    { name: 'recording.prepare', payload: { recordingId: recording.id } },
    { name: 'document.write', payload: { documentId } },
    { name: 'fal.settle', payload: { falJobId: request[0].id, source: 'sweep' } },
    { name: 'photo.check', payload: { photoId: photo?.id ?? '' } },
    { name: 'avatar.screen', payload: { avatarId: draft.id } },
    { name: 'avatar.tidy', payload: { avatarId: deleted.id } },
    { name: 'notification.send', payload: { notificationId: notification?.id ?? '' } },
    { name: 'telegram.dispatch', payload: { botId: bench.botId, lane: 'chat1' } },
    { name: 'telegram.dispatch', payload: { botId: bench.botId, lane: 'chat2' } },
  ];
}

const inOrder = (jobs: readonly Enqueued[]) => jobs.map((one) => JSON.stringify(one)).toSorted();

describe('the sweeper', () => {
  test('enqueues everything that is overdue, each once, and then leaves it alone for a while', async () => {
    const expected = await everythingOverdue();
    expect(await sweep(bench.parts, { updates: true })).toBe(expected.length);
    expect(inOrder(bench.enqueued)).toEqual(inOrder(expected));

    bench.enqueued.length = 0;
    await sweep(bench.parts, { updates: true });
    // What is not marked may be asked for again: its job is the same one.
    expect(new Set(bench.enqueued.map(({ name }) => name))).toEqual(
      new Set(['avatar.tidy', 'telegram.dispatch']),
    );
  });

  test('leaves what has ended and what is not due', async () => {
    await everythingOverdue();
    await bench.parts.db.update(orders).set({ state: 'succeeded' });
    await bench.parts.db.update(falJobs).set({ state: 'completed' });
    await bench.parts.db.update(avatarPhotos).set({ state: 'accepted' });
    await bench.parts.db
      .update(avatars)
      .set({ tidiedAt: past, screenDueAt: sql`now() + interval '5 seconds'` });
    await bench.parts.db.update(notifications).set({ state: 'sent' });
    await bench.parts.db.update(telegramUpdates).set({ nextCheckAt: sql`now() + interval '5 seconds'` });
    expect(await sweep(bench.parts, { updates: true })).toBe(0);
    expect(bench.enqueued).toEqual([]);
  });

  test('leaves the updates to the bot while it polls', async () => {
    await everythingOverdue();
    await sweep(bench.parts, { updates: false });
    expect(bench.enqueued.some(({ name }) => name === 'telegram.dispatch')).toBe(false);
  });

  test('of five workers at once enqueues each once', async () => {
    const expected = await everythingOverdue();
    const marked = (jobs: readonly Enqueued[]) => jobs.filter(({ name }) => name !== 'avatar.tidy');
    await Promise.all(Array.from({ length: 5 }, () => sweep(bench.parts, { updates: false })));
    expect(inOrder(marked(bench.enqueued))).toEqual(
      inOrder(marked(expected).filter(({ name }) => name !== 'telegram.dispatch')),
    );
  });

  test('takes a row that somebody is working on another time, without waiting for it', async () => {
    await everythingOverdue();
    await bench.parts.db.transaction(async (tx) => {
      await tx.select().from(notifications).for('update');
      await sweep(bench.parts, { updates: false });
    });
    expect(bench.enqueued.some(({ name }) => name === 'notification.send')).toBe(false);
    await sweep(bench.parts, { updates: false });
    expect(bench.enqueued.some(({ name }) => name === 'notification.send')).toBe(true);
  });

  test('works through more than one pass takes', async () => {
    await bench.parts.db.insert(notifications).values(
      Array.from({ length: 450 }, (_, n) => ({
        key: `k${n}`,
        userId: me,
        chatId: me,
        kind: 'alarm',
        data: {},
        nextCheckAt: past,
      })),
    );
    expect(await pendingNotifications(bench.parts)).toBe(450);
    const found = [];
    for (let pass = 0; pass < 4; pass += 1) found.push(await sweep(bench.parts, { updates: false }));
    expect(found).toEqual([200, 200, 50, 0]);
  });

  test('goes on when Redis is away: nothing is lost, and the next pass finds it again', async () => {
    await everythingOverdue();
    await bench.redis.stop();
    try {
      await expect(sweep(bench.parts, { updates: false })).resolves.toBeGreaterThan(0);
    } finally {
      await bench.redis.restart();
    }
    expect(bench.log.some(({ message }) => message.startsWith('a job was not enqueued'))).toBe(true);
  });

  test('ends an order whose time is over, whatever became of it, and tells its owner', async () => {
    await everythingOverdue();
    await bench.parts.db.update(orders).set({ deadlineAt: past });
    await sweep(bench.parts, { updates: false });
    const ended = await bench.parts.db.select().from(orders);
    expect(ended.map(({ state, failure }) => [state, failure])).toEqual(
      ended.map(() => ['failed', 'timeout']),
    );
    const told = await bench.parts.db
      .select()
      .from(notifications)
      .where(eq(notifications.kind, 'order.ended'));
    expect(told).toHaveLength(ended.length);
  });
});

describe('the retention rules', () => {
  test('remove old updates that are done, keep the rest, and what was set aside for longer', async () => {
    const row = (updateId: number, days: number, more: object) => ({
      botId: 1,
      updateId,
      lane: 'chat1',
      kind: 'message',
      payload: {},
      state: 'done' as const,
      receivedAt: sql`now() - make_interval(days => ${days})`,
      ...more,
    });
    await bench.parts.db
      .insert(telegramUpdates)
      .values([
        row(1, 4, {}),
        row(2, 1, {}),
        row(3, 4, { state: 'pending' }),
        row(4, 4, { poisonedAt: sql`now() - interval '4 days'` }),
        row(5, 40, { poisonedAt: sql`now() - interval '40 days'` }),
      ]);
    await applyRetention(bench.parts);
    const left = await bench.parts.db.select().from(telegramUpdates);
    expect(new Set(left.map(({ updateId }) => updateId))).toEqual(new Set([2, 3, 4]));
  });

  test('remove what was told long ago, never what is still owed', async () => {
    const old = {
      userId: me,
      chatId: me,
      kind: 'alarm',
      data: {},
      createdAt: sql`now() - interval '100 days'`,
    };
    await bench.parts.db.insert(notifications).values([
      { ...old, key: 'sent', state: 'sent' },
      { ...old, key: 'owed', state: 'pending' },
      { ...old, key: 'new', state: 'sent', createdAt: sql`now()` },
    ]);
    await applyRetention(bench.parts);
    const left = await bench.parts.db.select().from(notifications);
    expect(new Set(left.map(({ key }) => key))).toEqual(new Set(['owed', 'new']));
  });

  test('forget after half a year whose a message in a group is', async () => {
    const kept = (messageId: number, days: number) => ({
      chatId: -1,
      messageId,
      ownerId: me,
      createdAt: sql`now() - make_interval(days => ${days})`,
    });
    await bench.parts.db.insert(groupMessages).values([kept(1, 170), kept(2, 190)]);
    await applyRetention(bench.parts);
    const left = await bench.parts.db.select().from(groupMessages);
    expect(left.map(({ messageId }) => messageId)).toEqual([1]);
  });

  test('forget a row only after its file is gone', async () => {
    const order = await makeOrder(bench, me);
    const objectKey = `${me}/images/${order.id}/1.jpg`;
    await bench.parts.db.insert(images).values({
      orderId: order.id,
      index: 0,
      ownerId: me,
      prompt: 'a',
      promptSent: 'a',
      aspect: '1:1',
      width: 1,
      height: 1,
      contentType: 'image/jpeg',
      objectKey,
      deletedAt: new Date(),
    });
    const { storage } = bench.parts;
    const away = { ...storage, delete: () => Promise.reject(new Error('storage is away')) };
    await expect(applyRetention({ ...bench.parts, storage: away })).rejects.toThrow('away');
    expect(await bench.parts.db.$count(images)).toBe(1);
    await applyRetention(bench.parts);
    expect(await bench.parts.db.$count(images)).toBe(0);
    expect(await bench.parts.db.$count(documents)).toBe(0);
  });
});

import {
  documents,
  falJobs,
  images,
  notifications,
  orders,
  recordingExports,
  recordings,
  telegramUpdates,
  users,
} from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { applyRetention } from '../retention.ts';
import { makeOrder, makeRecording, startTestParts, type TestParts } from '../testing.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});

const WORDS = 'тайныеслова';
const file = { bytes: Buffer.from('x'), name: `${WORDS}.txt`, mime: 'text/plain' };

/** Everything that is kept of somebody, as text. */
async function keptOf(ownerId: number): Promise<string> {
  const { db } = bench.parts;
  const rows = await Promise.all([
    db.select().from(orders).where(eq(orders.ownerId, ownerId)),
    db.select().from(recordings).where(eq(recordings.ownerId, ownerId)),
    db.select().from(documents).where(eq(documents.ownerId, ownerId)),
    db.select().from(recordingExports).where(eq(recordingExports.ownerId, ownerId)),
    db.select().from(images).where(eq(images.ownerId, ownerId)),
    db.select().from(falJobs),
    db.select().from(notifications).where(eq(notifications.userId, ownerId)),
    db.select().from(telegramUpdates),
  ]);
  const objects = await Promise.all(
    (['transcripts', 'generated'] as const).map((bucket) => bench.objects(bucket, `${ownerId}/`)),
  );
  return JSON.stringify([rows, objects]);
}

const ended = sql`now() - interval '1 second'`;

test('nothing is kept of what was ordered incognito once it was told; what is on its way still is waited for', async () => {
  const { db, storage } = bench.parts;
  await db
    .update(users)
    .set({ settings: { incognito: true } })
    .where(eq(users.id, me));
  const { recording, order } = await makeRecording(bench, me, file);
  const drawn = await makeOrder(bench, me, { prompt: WORDS });
  const imageKey = `${me}/images/${drawn.id}/0.jpg`;
  const textKey = `${me}/recordings/${recording.id}/transcript.txt`;
  await storage.put('generated', imageKey, Buffer.from('x'), { contentType: 'image/jpeg' });
  await storage.put('transcripts', textKey, Buffer.from(WORDS), { contentType: 'text/plain' });
  await db
    .update(recordings)
    .set({ text: WORDS, transcriptKey: textKey })
    .where(eq(recordings.id, recording.id));
  await db
    .insert(falJobs)
    .values({ orderId: drawn.id, kind: 'generation', model: 'm', input: { prompt: WORDS } });
  await db.insert(images).values({
    orderId: drawn.id,
    index: 0,
    ownerId: me,
    prompt: WORDS,
    promptSent: WORDS,
    aspect: '1:1',
    width: 1,
    height: 1,
    contentType: 'image/jpeg',
    objectKey: imageKey,
  });
  const key = `order:${order.id}:ended`;
  await db
    .insert(notifications)
    .values({ key, userId: me, chatId: me, kind: 'order.ended', data: {}, owed: [WORDS] });
  await db.insert(telegramUpdates).values({
    botId: bench.botId,
    updateId: me,
    lane: `chat${me}`,
    kind: 'message',
    payload: { said: WORDS },
    state: 'done',
    receivedAt: sql`now() - interval '1 minute'`,
  });
  await db.update(orders).set({ state: 'succeeded', endedAt: ended }).where(eq(orders.ownerId, me));
  await applyRetention(bench.parts);
  // The picture was told by nobody's word that is owed; the text is still on its way.
  expect(await keptOf(me)).toContain(textKey);
  expect((await keptOf(me)).includes(imageKey)).toBe(false);

  await db.update(notifications).set({ state: 'sent' }).where(eq(notifications.key, key));
  await applyRetention(bench.parts);
  await applyRetention(bench.parts);
  expect(await keptOf(me)).not.toContain(WORDS);
  expect(await bench.objects('transcripts', `${me}/`)).toEqual([]);
  expect(await bench.objects('generated', `${me}/`)).toEqual([]);
});

test.each(['series', 'edit', 'upscale', 'video'] as const)(
  'nor what an order of kind %s drew',
  async (kind) => {
    const { db, storage } = bench.parts;
    await db
      .update(users)
      .set({ settings: { incognito: true } })
      .where(eq(users.id, me));
    const { id: orderId } = await makeOrder(bench, me, { prompt: WORDS });
    const objectKey = `${me}/images/${orderId}/0.jpg`;
    await storage.put('generated', objectKey, Buffer.from('x'), { contentType: 'image/jpeg' });
    await db.insert(images).values({
      orderId,
      index: 0,
      ownerId: me,
      prompt: WORDS,
      promptSent: WORDS,
      aspect: '1:1',
      width: 1,
      height: 1,
      contentType: 'image/jpeg',
      objectKey,
    });
    await db.update(orders).set({ kind, state: 'succeeded', endedAt: ended }).where(eq(orders.id, orderId));
    await applyRetention(bench.parts);
    await applyRetention(bench.parts);
    expect(await keptOf(me)).not.toContain(WORDS);
    expect(await bench.objects('generated', `${me}/`)).toEqual([]);
  },
);

test('recordings and pictures go after as many days as their owner chose; favourites and others’ stay', async () => {
  const { db } = bench.parts;
  const other = await bench.person();
  await db
    .update(users)
    .set({ settings: { keepRecordings: 7, keepImages: 7 } })
    .where(eq(users.id, me));
  await db
    .update(users)
    .set({ settings: { keepRecordings: 'x' } })
    .where(eq(users.id, other));
  for (const owner of [me, other]) {
    const { recording } = await makeRecording(bench, owner, file);
    const drawn = await makeOrder(bench, owner);
    await db.update(orders).set({ state: 'succeeded', endedAt: ended }).where(eq(orders.ownerId, owner));
    await db
      .update(recordings)
      .set({ createdAt: sql`now() - interval '8 days'` })
      .where(eq(recordings.id, recording.id));
    await db.insert(images).values(
      [0, 1].map((index) => ({
        orderId: drawn.id,
        index,
        ownerId: owner,
        prompt: '',
        promptSent: '',
        aspect: '1:1',
        width: 1,
        height: 1,
        contentType: 'image/jpeg',
        objectKey: `${owner}/images/${drawn.id}/${index}.jpg`,
        favourite: index === 1,
        createdAt: sql`now() - interval '8 days'`,
      })),
    );
  }
  await applyRetention(bench.parts);
  const left = async (owner: number) => ({
    recordings: await db.$count(
      recordings,
      sql`${recordings.ownerId} = ${owner} and ${recordings.deletedAt} is null`,
    ),
    images: await db.$count(images, eq(images.ownerId, owner)),
  });
  expect(await left(me)).toEqual({ recordings: 0, images: 1 });
  expect(await left(other)).toEqual({ recordings: 1, images: 2 });
});

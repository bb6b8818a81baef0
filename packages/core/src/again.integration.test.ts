import { avatars, falJobs, type FailureReason } from '@aisha/db';
import { encodeSpeech } from '@aisha/sandbox';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { orderTraining } from './avatars/avatars.ts';
import { accountOf } from './credits/holds.ts';
import { orderDocument } from './documents/documents.ts';
import { orderExport } from './exports/exports.ts';
import { settleFalJob } from './fal/settle.ts';
import { startFalOrder } from './fal/start.ts';
import { orderImages } from './images/images.ts';
import { retryOrder } from './operators/orders.ts';
import { orderAgain } from './orders/again.ts';
import { auditBooks } from './orders/audit.ts';
import { acceptOrder, failOrder, type Placed } from './orders/orders.ts';
import { joinRecording } from './recordings/join.ts';
import { transcribePiece } from './recordings/pieces.ts';
import { prepareRecording } from './recordings/prepare.ts';
import { deleteRecording } from './recordings/recordings.ts';
import {
  eventually,
  FREE_OF_CHARGE,
  makeRecording,
  orderNow,
  recordingNow,
  startTestParts,
  type TestParts,
  trainable,
} from './testing.ts';
import { makeText, writeThrough } from './testing/documents.ts';
import { type Order, transact, type Unit } from './unit.ts';

const WELCOME = 1_000;
let bench: TestParts;
let me: number;
beforeAll(async () => {
  const prices = { ...FREE_OF_CHARGE, charged: true, welcome: WELCOME, freeSeconds: 0 };
  bench = await startTestParts({ prices });
  await bench.fal.control.configure({
    timing: { imageSeconds: 0.02, trainingSeconds: 0.05, queueSeconds: 0 },
  });
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});
afterEach(async () => {
  await bench.openai.control.reset();
  const wrong = await auditBooks(bench.parts.db);
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
});

const inUnit = <T>(work: (unit: Unit) => Promise<T>) => transact(bench.parts, work);
const account = () => accountOf(bench.parts.db, me);
const begun = async (outcome: { kind: string; order?: Order }): Promise<Order> => {
  if (outcome.kind !== 'placed' || outcome.order?.state !== 'queued')
    throw new Error(JSON.stringify(outcome));
  return outcome.order;
};
const agreed = async (
  place: (unit: Unit) => Promise<Placed<string> | { readonly kind: 'written' }>,
): Promise<Order> => {
  const placed = await inUnit(place);
  if (placed.kind !== 'placed') throw new Error(placed.kind);
  return placed.order.state === 'quoted'
    ? begun(await inUnit((unit) => acceptOrder(unit, me, placed.order.id)))
    : placed.order;
};

/** Lets it fail, its owner order it again, lets that fail, an operator order it again; what is under way at last. */
async function failTwice(
  first: Order,
  price: number,
  failure: FailureReason = 'provider_down',
): Promise<Order> {
  const { balance } = await account();
  const nothingTaken = async () => expect(await account()).toEqual({ balance, held: 0, available: balance });
  const retried = async (id: string) => inUnit((unit) => orderAgain(unit, id, { by: me, agreed: price }));
  expect(await account()).toMatchObject({ held: price });
  expect(await retried(first.id)).toEqual({ kind: 'refused', reason: 'not_failed' });
  await failOrder(bench.parts, first.id, failure);
  await nothingTaken();
  const stranger = await bench.person();
  expect(await inUnit((unit) => orderAgain(unit, first.id, { by: stranger }))).toMatchObject({
    reason: 'unknown',
  });
  // Pressed three times at once.
  const outcomes = await Promise.all([retried(first.id), retried(first.id), retried(first.id)]);
  const placed = outcomes.filter(({ kind }) => kind === 'placed');
  expect(placed).toHaveLength(1);
  const second = await begun(placed[0] ?? { kind: 'none' });
  expect(second).toMatchObject({
    ownerId: me,
    subjectId: first.subjectId,
    input: (await orderNow(bench, first.id)).input,
  });
  expect(await account()).toMatchObject({ balance, held: price });
  await failOrder(bench.parts, second.id, failure);
  await nothingTaken();
  const third = await begun(await inUnit((unit) => retryOrder(unit, 'cli', second.id, 'mended')));
  expect(await inUnit((unit) => retryOrder(unit, 'cli', second.id))).toMatchObject({ reason: 'again' });
  expect(await account()).toMatchObject({ balance, held: price });
  return third;
}

/** What was delivered was paid for, once. */
async function isPaid(order: Order, price: number): Promise<void> {
  expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
  expect(await account()).toEqual({ balance: WELCOME - price, held: 0, available: WELCOME - price });
}

async function drawn(order: Order): Promise<void> {
  await startFalOrder(bench.parts, order.id, bench.run());
  await eventually(async () => {
    const [job] = await bench.parts.db.select().from(falJobs).where(eq(falJobs.orderId, order.id));
    if (job) await settleFalJob(bench.parts, { falJobId: job.id }, bench.run());
    expect((await orderNow(bench, order.id)).state).toBe('succeeded');
  });
}

test('a training that failed is trained with the same photos, and paid once', async () => {
  const avatar = await trainable(bench, me);
  const order = await agreed((unit) =>
    orderTraining(unit, avatar, 'fast', { chatId: me, messageId: undefined }),
  );
  const last = await failTwice(order, 150);
  await drawn(last);
  await isPaid(last, 150);
  const [trained] = await bench.parts.db.select().from(avatars).where(eq(avatars.id, avatar.id));
  expect(trained?.state).toBe('ready');
});

test('a picture that failed is drawn, and paid once', async () => {
  const input = { prompt: 'a lighthouse', aspect: '1:1', count: 2 } as const;
  const order = await agreed((unit) => orderImages(unit, { ownerId: me, chatId: me, avatar: null, input }));
  const last = await failTwice(order, 10, 'timeout');
  expect(last).toMatchObject({ units: 2 });
  await drawn(last);
  await isPaid(last, 10);
});

test('a transcription that failed goes on from what was heard, and is paid once', async () => {
  const bytes = await encodeSpeech('Сергей приносит договор до пятницы'.split(' '), { format: 'mp3' });
  const { recording, order } = await makeRecording(bench, me, { bytes, name: 'a.mp3', mime: 'audio/mpeg' });
  await prepareRecording(bench.parts, recording.id, bench.run());
  expect(await orderNow(bench, order.id)).toMatchObject({ state: 'quoted', units: 1 });
  const first = await begun(await inUnit((unit) => acceptOrder(unit, me, order.id)));
  await prepareRecording(bench.parts, recording.id, bench.run());
  const last = await failTwice(first, 10);
  await prepareRecording(bench.parts, recording.id, bench.run());
  await transcribePiece(bench.parts, recording.id, 0, bench.run());
  await joinRecording(bench.parts, recording.id, bench.run());
  await isPaid(last, 10);
  expect((await recordingNow(bench, recording.id)).text).toContain('договор');
});

test('a document that failed is written, and paid once; of a recording that was deleted it is not ordered', async () => {
  const recording = await makeText(bench, me, 'Анна отправит отчёт до пятницы.');
  const order = await agreed((unit) => orderDocument(unit, recording, 'summary', 'ru', { chatId: me }));
  const last = await failTwice(order, 5, 'bad_result');
  await writeThrough(bench, last.subjectId ?? '');
  await isPaid(last, 5);

  const other = await agreed((unit) => orderDocument(unit, recording, 'todo', 'ru', { chatId: me }));
  await failOrder(bench.parts, other.id, 'provider_down');
  await inUnit((unit) => deleteRecording(unit, me, recording.id));
  expect(await inUnit((unit) => orderAgain(unit, other.id, { by: me }))).toMatchObject({ reason: 'gone' });
  expect(await account()).toMatchObject({ balance: WELCOME - 5, held: 0 });
});

test('a file that failed costs nothing, the second time too', async () => {
  const recording = await makeText(bench, me, 'Анна отправит отчёт до пятницы.');
  const order = await agreed((unit) =>
    orderExport(unit, recording, { format: 'pdf', document: null }, { chatId: me, language: 'ru' }),
  );
  await failTwice(order, 0, 'internal');
  expect(bench.enqueued.filter(({ name }) => name === 'export.make')).toHaveLength(3);
});

test('what became dearer, or is more than there is, is quoted and holds nothing', async () => {
  const input = { prompt: 'a lighthouse', aspect: '1:1', count: 4 } as const;
  const order = await agreed((unit) => orderImages(unit, { ownerId: me, chatId: me, avatar: null, input }));
  await failOrder(bench.parts, order.id, 'provider_down');
  const dear = { ...bench.parts, prices: { ...bench.parts.prices, image: 9 } };
  const quoted = await transact(dear, (unit) => orderAgain(unit, order.id, { by: me, agreed: 20 }));
  expect(quoted).toMatchObject({ kind: 'quoted', refused: null, order: { state: 'quoted', unitPrice: 9 } });
  const poor = await bench.person();
  const theirs = await inUnit((unit) =>
    orderImages(unit, { ownerId: poor, chatId: poor, avatar: null, input, shown: 20 }),
  );
  const { id } = await begun(theirs);
  await failOrder(bench.parts, id, 'provider_down');
  const beyond = { ...bench.parts, prices: { ...bench.parts.prices, image: 300 } };
  expect(await transact(beyond, (unit) => orderAgain(unit, id, { by: poor, agreed: 1_200 }))).toMatchObject({
    kind: 'quoted',
    refused: { reason: 'credits', missing: 200 },
  });
  expect(await accountOf(bench.parts.db, poor)).toMatchObject({ held: 0 });
});

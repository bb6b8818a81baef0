import { circuitBreakers, notifications } from '@aisha/db';
import { encodeSpeech } from '@aisha/sandbox';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startFalOrder } from '../fal/start.ts';
import { transcribePiece } from '../recordings/pieces.ts';
import { prepareRecording } from '../recordings/prepare.ts';
import {
  makeOrder,
  makeRecording,
  orderNow,
  recordingNow,
  startTestParts,
  type TestParts,
} from '../testing.ts';
import { joinRecording } from '../recordings/join.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts({ adminIds: [501, 502] });
  me = await bench.person();
});
afterAll(() => bench.close());
afterEach(async () => {
  await bench.fal.control.reset();
  await bench.openai.control.reset();
  await bench.parts.db.delete(circuitBreakers);
  await bench.parts.db.delete(notifications);
});

/** What a project's key is told of a model that was not granted to it. */
const notGranted = (model: string) =>
  ({
    kind: 'status',
    status: 403,
    code: 'model_not_found',
    message: `Project \`proj_x\` does not have access to model \`${model}\``,
  }) as const;

const alarms = async () =>
  (
    await bench.parts.db
      .select({ userId: notifications.userId, data: notifications.data })
      .from(notifications)
      .where(eq(notifications.kind, 'alarm'))
      .orderBy(asc(notifications.userId))
  ).map(({ userId, data }) => ({ userId, ...data }));
/** The time after which a model is asked for again is over. */
const passBreaker = () => bench.parts.db.update(circuitBreakers).set({ openUntil: sql`now()` });

/** Orders a picture and lets its work begin; how the order is then. */
async function draw(input: Parameters<typeof makeOrder>[2] = {}) {
  const { id } = await makeOrder(bench, me, input);
  await startFalOrder(bench.parts, id, bench.run());
  return orderNow(bench, id);
}

/** A voice message from being sent to its end. */
async function hear() {
  const bytes = await encodeSpeech(['Добрый', 'день'], { format: 'ogg' });
  const { recording, order } = await makeRecording(bench, me, {
    bytes,
    name: 'voice.ogg',
    mime: 'audio/ogg',
  });
  await prepareRecording(bench.parts, recording.id, bench.run());
  await transcribePiece(bench.parts, recording.id, 0, bench.run());
  await joinRecording(bench.parts, recording.id, bench.run());
  return { order: await orderNow(bench, order.id), text: (await recordingNow(bench, recording.id)).text };
}

describe('a model that the key may not use', () => {
  test('to judge with stops pictures, alarms once with its name, and nobody else notices', async () => {
    await bench.openai.control.addFault({
      route: 'moderations',
      times: null,
      fault: notGranted('omni-moderation-latest'),
    });
    expect(await draw()).toMatchObject({ state: 'failed', failure: 'provider_model' });
    // Within the same minute: the picture is not even asked about, the voice message is transcribed.
    expect(await draw()).toMatchObject({ state: 'failed', failure: 'provider_model' });
    expect(await bench.openai.control.requests({ route: 'moderations' })).toHaveLength(1);
    expect(await hear()).toMatchObject({ order: { state: 'succeeded' }, text: 'Добрый день' });

    await passBreaker();
    expect(await draw()).toMatchObject({ failure: 'provider_model' });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
    const alarm = { provider: 'openai', use: 'moderation', model: 'omni-moderation-latest', reason: 'model' };
    expect(await alarms()).toEqual([
      { userId: 501, ...alarm },
      { userId: 502, ...alarm },
    ]);

    // Granted: the first picture that is judged again closes it.
    await bench.openai.control.clearFaults();
    await passBreaker();
    expect(await draw()).toMatchObject({ state: 'running' });
    expect(await bench.parts.db.$count(circuitBreakers)).toBe(0);
    // Whoever was told that it stands still is told, once, that it does not any more.
    const back = await bench.parts.db
      .select()
      .from(notifications)
      .where(eq(notifications.kind, 'service.back'));
    expect(back.map(({ userId, chatId }) => ({ userId, chatId }))).toEqual([{ userId: me, chatId: me }]);
  });

  test('to hear with stops recordings, and pictures are drawn', async () => {
    await bench.openai.control.addFault({
      route: 'transcriptions',
      times: null,
      fault: notGranted('gpt-transcribe'),
    });
    expect((await hear()).order).toMatchObject({ state: 'failed', failure: 'provider_model' });
    expect(await draw()).toMatchObject({ state: 'running' });
    expect(await alarms()).toMatchObject([{ use: 'speech', model: 'gpt-transcribe' }, { use: 'speech' }]);
  });

  test('to translate with is told, and the picture is drawn from the words as they are', async () => {
    await bench.openai.control.addFault({ route: 'chat', times: null, fault: notGranted('gpt-6-luna') });
    expect(await draw({ prompt: 'маяк на рассвете' })).toMatchObject({ state: 'running' });
    expect(await draw({ prompt: 'маяк на закате' })).toMatchObject({ state: 'running' });
    expect(await bench.openai.control.requests({ route: 'chat' })).toHaveLength(1);
    expect(await alarms()).toMatchObject([{ use: 'text' }, { use: 'text' }]);
  });

  test('of FAL stops what it draws alone', async () => {
    await bench.fal.control.addFault({ fault: { kind: 'http', status: 403 }, times: 'always' });
    expect(await draw()).toMatchObject({ state: 'failed', failure: 'provider_model' });
    expect(await alarms()).toMatchObject([
      { provider: 'fal', use: 'generator', model: 'fal-ai/flux-lora', reason: 'forbidden' },
      {},
    ]);
    const rows = await bench.parts.db.select({ name: circuitBreakers.name }).from(circuitBreakers);
    expect(rows).toEqual([{ name: 'fal/generator/fal-ai/flux-lora' }]);
  });
});

describe('a judge that does not answer', () => {
  test('is waited for; at last the picture is refused, never drawn unjudged', async () => {
    await bench.openai.control.addFault({
      route: 'moderations',
      times: null,
      fault: { kind: 'server_error', shouldRetry: false },
    });
    const { id } = await makeOrder(bench, me);
    await expect(startFalOrder(bench.parts, id, bench.run())).rejects.toMatchObject({
      name: 'TransientError',
    });
    const waiting = await orderNow(bench, id);
    expect(waiting).toMatchObject({
      state: 'running',
      progress: { stage: 'provider_silent', until: expect.any(String) },
    });
    await expect(startFalOrder(bench.parts, id, bench.run())).rejects.toMatchObject({
      name: 'TransientError',
    });
    expect((await orderNow(bench, id)).progress).toEqual(waiting.progress);
    await startFalOrder(bench.parts, id, bench.run({ lastAttempt: true }));
    expect(await orderNow(bench, id)).toMatchObject({ state: 'failed', failure: 'provider_down' });
    expect(await bench.fal.control.paidJobs()).toEqual([]);
    expect(await alarms()).toEqual([]);
  });
});

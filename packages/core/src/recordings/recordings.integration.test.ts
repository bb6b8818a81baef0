import { circuitBreakers, recordingPieces, recordings } from '@aisha/db';
import { encodeSpeech, speak } from '@aisha/sandbox';
import { asc, eq, sql } from 'drizzle-orm';
import iconv from 'iconv-lite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accountOf } from '../credits/holds.ts';
import { acceptOrder, cancelOrder } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import { applyRetention } from '../retention.ts';
import {
  eventually,
  FREE_OF_CHARGE,
  makeRecording,
  orderNow,
  recordingNow,
  startTestParts,
  startWork,
  type TestParts,
} from '../testing.ts';
import { transact } from '../unit.ts';
import { joinRecording } from './join.ts';
import { transcribePiece } from './pieces.ts';
import { prepareRecording } from './prepare.ts';
import { deleteRecording, historyPage } from './recordings.ts';
import { readTranscript, transcriptKey } from './transcript.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
  me = await bench.person();
});
afterAll(() => bench.close());
afterEach(async () => {
  await bench.openai.control.reset();
  await bench.parts.db.delete(circuitBreakers);
});

const numbered = (count: number) =>
  Array.from({ length: count }, (_, n) => `слово${n + 1}${n % 10 === 9 ? '.' : ''}`);
const wordsOf = (text: string | null) => (text ?? '').split(/\s+/);

/** The same parts with a model that takes this much sound at once. */
const hearing = (seconds: number): WorkerParts => ({
  ...bench.parts,
  recogniser: {
    ...bench.parts.recogniser,
    can: { ...bench.parts.recogniser.can, longestAudioS: seconds },
  },
});

const pieces = (recordingId: string) =>
  bench.parts.db
    .select()
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recordingId))
    .orderBy(asc(recordingPieces.index));
const files = (recordingId: string) => bench.objects('transcripts', `${me}/recordings/${recordingId}/`);
const audio = (bytes: Uint8Array) => ({ bytes, name: 'talk.flac', mime: 'audio/flac' });
const run = () => bench.run();

/** Sent, downloaded and cut into pieces of at most five seconds. */
async function prepared(words: readonly string[]) {
  const made = await makeRecording(
    bench,
    me,
    audio(await encodeSpeech(words, { format: 'flac', wordMs: 900 })),
  );
  await prepareRecording(hearing(5), made.recording.id, run());
  return { ...made, id: made.recording.id, parts: hearing(5) };
}

async function end(text: Buffer, name: string) {
  const made = await makeRecording(bench, me, { bytes: text, name, mime: 'text/plain' }, 'text');
  await prepareRecording(bench.parts, made.recording.id, run());
  return {
    order: await orderNow(bench, made.order.id),
    recording: await recordingNow(bench, made.recording.id),
  };
}

test('twelve minutes come back through the queue with no word lost or doubled, and nothing but the text stays', async () => {
  const words = numbered(600);
  const work = startWork(bench);
  const { recording, order } = await makeRecording(
    bench,
    me,
    audio(await encodeSpeech(words, { format: 'flac', wordMs: 1_200 })),
  );
  const ended = await eventually(async () => {
    const now = await orderNow(bench, order.id);
    if (!now.endedAt) throw new Error(`the order is ${now.state}`);
    return now;
  });
  await work.close();
  expect(ended).toMatchObject({ state: 'succeeded', failure: null });
  const kept = await recordingNow(bench, recording.id);
  expect(wordsOf(kept.text)).toEqual(words);
  expect(kept.durationMs).toBeGreaterThan(12 * 60_000);
  const stored = await bench.parts.storage.get('transcripts', kept.transcriptKey ?? '');
  expect(stored?.toString('utf8')).toBe(kept.text);
  const parts = await pieces(recording.id);
  expect(parts.length).toBeGreaterThanOrEqual(3);
  expect(await bench.openai.control.requests({ route: 'transcriptions' })).toHaveLength(parts.length);
  // Where the model tells no times, the pieces' own are kept.
  expect(kept.segments?.map(({ startMs }) => startMs)).toEqual(parts.map(({ startMs }) => startMs));
  const transcript = await readTranscript(bench.parts, kept);
  expect(transcript.segments.flatMap(({ text }) => wordsOf(text))).toEqual(words);
  expect(transcript).toMatchObject({ durationMs: kept.durationMs, missing: [], timesFrom: 'pieces' });
  await applyRetention(bench.parts);
  expect(await files(recording.id)).toEqual([transcriptKey(kept), kept.transcriptKey]);
}, 60_000);

describe('a piece', () => {
  test('that fails is retried alone, and the text is in order', async () => {
    const { id, order, parts } = await prepared(numbered(20));
    const all = await pieces(id);
    expect(all.length).toBeGreaterThan(3);
    await bench.openai.control.addFault({
      route: 'transcriptions',
      times: null,
      fault: { kind: 'server_error' },
    });
    await expect(transcribePiece(parts, id, 1, run())).rejects.toMatchObject({ name: 'TransientError' });
    await bench.openai.control.reset();
    for (const { index } of all.toReversed()) if (index !== 1) await transcribePiece(parts, id, index, run());
    expect((await orderNow(bench, order.id)).state).toBe('running');
    await joinRecording(parts, id);
    expect((await recordingNow(bench, id)).text).toBeNull();

    const before = (await bench.openai.control.requests({ route: 'transcriptions' })).length;
    // The whole is begun again, as the sweeper does: only what is missing is enqueued.
    bench.enqueued.length = 0;
    await prepareRecording(parts, id, run());
    const bought = bench.enqueued.filter(
      ({ name, payload }) =>
        name === 'recording.piece' && 'recordingId' in payload && payload.recordingId === recording.id,
    );
    expect(bought).toEqual([]);
    await transact(parts, (unit) => acceptOrder(unit, owner, order.id));
    expect(await accountOf(parts.db, owner)).toEqual({ balance: 40, held: 10, available: 30 });
    await prepareRecording(parts, recording.id, run());
    for (const { index } of cut) await transcribePiece(parts, recording.id, index, run());
    await joinRecording(parts, recording.id);
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded', delivered: 1 });
    expect(await accountOf(parts.db, owner)).toEqual({ balance: 30, held: 0, available: 30 });
    expect((await recordingNow(bench, recording.id)).text).toContain('слово11');
  });

  test('costs nothing when it is declined', async () => {
    const { owner, parts, recording, order } = await opened();
    await transact(parts, (unit) => cancelOrder(unit, owner, order.id));
    await prepareRecording(parts, recording.id, run());
    expect(await accountOf(parts.db, owner)).toMatchObject({ held: 0 });
    await applyRetention(parts);
    expect(await pieces(recording.id)).toEqual([]);
  });
});

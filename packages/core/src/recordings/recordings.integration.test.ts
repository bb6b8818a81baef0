import { createServer } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { circuitBreakers, paidCalls, recordingPieces, recordings, users } from '@aisha/db';
import { encodeSpeech, speak } from '@aisha/sandbox';
import { asc, eq, sql } from 'drizzle-orm';
import iconv from 'iconv-lite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { excerptOf } from '../exports/excerpt.ts';
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
import { hearerOf } from './recognisers.ts';
import { deleteRecording, findRecording, orderTranscription } from './recordings.ts';
import { titleOf } from './title-by-model.ts';
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
const hearing = (seconds: number): WorkerParts => {
  const { recogniser } = bench.parts.openai;
  const can = { ...recogniser.can, longestAudioS: seconds };
  return { ...bench.parts, recognisers: { of: () => [hearerOf({ ...recogniser, can })] } };
};

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

test('what an app says of a recording’s length is taken when it can be', async () => {
  const order = (durationS: number) =>
    transact(bench.parts, (unit) =>
      orderTranscription(
        unit,
        { ownerId: me, chatId: me, threadId: null, messageId: 1, title: 'a', language: null },
        { source: 'audio', fileId: 'a', fileName: null, mimeType: null, fileSize: null, durationS },
      ),
    );
  const lengths = [4, -1, 2_147_483_647, 1e12].map(async (seconds) => {
    const ordered = await order(seconds);
    return 'refused' in ordered ? ordered.refused : ordered.recording.durationMs;
  });
  expect(await Promise.all(lengths)).toEqual([4_000, null, null, null]);
});

test('twelve minutes come back through the queue with no word lost or doubled, and nothing but the text stays', async () => {
  const words = numbered(600);
  await using work = startWork(bench);
  const { recording, order } = await makeRecording(
    bench,
    me,
    audio(await encodeSpeech(words, { format: 'flac', wordMs: 1_200 })),
  );
  const ended = await eventually(async () => {
    const now = await orderNow(bench, order.id);
    if (!now.endedAt) throw new Error(`the order is ${now.state}`);
    return now;
  }, 45_000);
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
  const transcript = await readTranscript(bench.parts, kept);
  expect(transcript.segments.flatMap(({ text }) => wordsOf(text))).toEqual(words);
  expect(transcript).toMatchObject({ durationMs: kept.durationMs, missing: [], timesFrom: 'pieces' });
  await applyRetention(bench.parts);
  expect(await files(recording.id)).toEqual([transcriptKey(kept), kept.transcriptKey]);
}, 60_000);

test('several voices are one recording, each of them its sender’s, and its moments are heard', async () => {
  const all = numbered(14);
  const send = async (words: readonly string[]) =>
    (await makeRecording(bench, me, audio(await encodeSpeech(words, { format: 'flac', wordMs: 600 }))))
      .recording.fileId;
  const voices = [
    { fileId: await send(all.slice(0, 8)), fileSize: null, sender: 'Анна' },
    { fileId: await send(all.slice(8)), fileSize: null, sender: 'Пётр' },
  ];
  const ordered = await transact(bench.parts, (unit) =>
    orderTranscription(
      unit,
      { ownerId: me, chatId: me, threadId: null, messageId: 1, title: 'a', language: null },
      {
        source: 'voices',
        fileId: 'a',
        fileName: null,
        mimeType: null,
        fileSize: null,
        durationS: null,
        voices,
      },
    ),
  );
  if ('refused' in ordered) throw new Error('refused');
  const { id } = ordered.recording;
  await prepareRecording(bench.parts, id, run());
  for (const { index } of await pieces(id)) await transcribePiece(bench.parts, id, index, run());
  await joinRecording(bench.parts, id, run());
  const kept = await recordingNow(bench, id);
  expect(wordsOf(kept.text)).toEqual(all);
  expect(kept).toMatchObject({ speakerNames: ['Анна', 'Пётр'], titleFrom: 'words' });
  const { segments } = await readTranscript(bench.parts, kept);
  for (const { speaker, text } of segments)
    expect(wordsOf(text).every((word) => all.indexOf(word) < 8 === (speaker === 0))).toBe(true);
  const excerpt = await excerptOf(bench.parts, kept, segments.length, run());
  expect(excerpt?.sound?.length).toBeGreaterThan(1_000);
});

describe('a title', () => {
  const spoken = async (name: string) => {
    const talk = await encodeSpeech(numbered(60), { format: 'flac', wordMs: 0, gapMs: 20, pauseMs: 50 });
    const made = await makeRecording(bench, me, { ...audio(talk), name });
    await prepareRecording(bench.parts, made.recording.id, run());
    for (const { index } of await pieces(made.recording.id))
      await transcribePiece(bench.parts, made.recording.id, index, run());
    return made;
  };
  const asked = async () => (await bench.openai.control.requests({ route: 'chat' })).length;
  const say = (title: string | null) =>
    bench.openai.control.script({ kind: 'answer', schemaName: 'title', times: 1, content: { title } });

  test('is what the text model finds it to be about, counted, unless its file has a name that says something', async () => {
    const { recording, order } = await spoken('AUD-20261127-WA0001.flac');
    await say('«Слова по порядку».');
    await joinRecording(bench.parts, recording.id, run());
    expect(await recordingNow(bench, recording.id)).toMatchObject({
      title: 'Слова по порядку',
      titleFrom: 'model',
    });
    const counted = await bench.parts.db.$count(paidCalls, eq(paidCalls.scope, `document:${recording.id}`));
    expect(counted).toBe(1);
    const before = await asked();
    const named = await spoken('Совещание.flac');
    await joinRecording(bench.parts, named.recording.id, run());
    expect((await recordingNow(bench, named.recording.id)).title).toBe('Совещание.flac');
    // What is short, incognito, or where the operators do not want it, goes to no model unasked.
    const [talk] = await bench.parts.db.select().from(recordings).where(eq(recordings.id, recording.id));
    if (!talk) throw new Error('the recording is gone');
    const transcript = await readTranscript(bench.parts, talk);
    const of = { text: talk.text ?? '', transcript };
    const { config } = bench.parts;
    const off = { ...bench.parts, config: { ...config, documents: { ...config.documents, titles: false } } };
    expect(await titleOf(bench.parts, talk, order, { ...of, text: 'Да, буду.' }, run())).toBeNull();
    expect(await titleOf(bench.parts, talk, { ...order, incognito: true }, of, run())).toBeNull();
    expect(await titleOf(off, talk, order, of, run())).toBeNull();
    expect(await asked()).toBe(before);
  });

  test('is its first words where the model is away or says nothing of use; personal data does not get there', async () => {
    await bench.openai.control.addFault({ route: 'chat', times: null, fault: { kind: 'server_error' } });
    const { recording, order } = await spoken('voice.flac');
    await bench.parts.db.update(recordings).set({ fileName: null }).where(eq(recordings.id, recording.id));
    await joinRecording(bench.parts, recording.id, run());
    expect((await orderNow(bench, order.id)).state).toBe('succeeded');
    expect(await recordingNow(bench, recording.id)).toMatchObject({ titleFrom: 'words' });
    await bench.openai.control.reset();
    const kept = await recordingNow(bench, recording.id);
    const transcript = await readTranscript(bench.parts, kept);
    for (const useless of [null, 'Words in order', '***'])
      expect(
        await say(useless).then(() =>
          titleOf(bench.parts, kept, order, { text: kept.text ?? '', transcript }, run()),
        ),
      ).toBeNull();
    await bench.parts.db.update(users).set({ maskPersonal: true }).where(eq(users.id, me));
    await say('Звонок PERSON_1');
    const text = `Вчера мы звонили. Потом позвонили Анне Петровой на +7 701 234 56 78. ${kept.text ?? ''}`;
    const title = await titleOf(bench.parts, kept, order, { text, transcript }, run());
    await bench.parts.db.update(users).set({ maskPersonal: null }).where(eq(users.id, me));
    const last = JSON.stringify((await bench.openai.control.requests({ route: 'chat' })).at(-1));
    expect(last).not.toMatch(/Анне|Петров|701/);
    expect(title).toContain('Анн');
  });
});

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
    await joinRecording(parts, id, run());
    expect((await recordingNow(bench, id)).text).toBeNull();

    const before = (await bench.openai.control.requests({ route: 'transcriptions' })).length;
    // The whole is begun again, as the sweeper does: only what is missing is enqueued.
    bench.enqueued.length = 0;
    await prepareRecording(parts, id, run());
    expect(bench.enqueued.filter(({ name }) => name === 'recording.piece')).toEqual([
      { name: 'recording.piece', payload: { recordingId: id, index: 1 } },
    ]);
    await transcribePiece(parts, id, 1, run());
    await transcribePiece(parts, id, 1, run());
    expect(await bench.openai.control.requests({ route: 'transcriptions' })).toHaveLength(before + 1);
    await Promise.all([joinRecording(parts, id, run()), joinRecording(parts, id, run())]);
    expect(wordsOf((await recordingNow(bench, id)).text)).toEqual(numbered(20));
  });

  test('that the server cuts short is heard again, and taken as it is at last', async () => {
    const { id, parts } = await prepared(numbered(20));
    const cut = { route: 'transcriptions', times: null, fault: { kind: 'truncate', share: 0.01 } } as const;
    const long = await makeRecording(
      bench,
      me,
      audio(await encodeSpeech(numbered(60), { format: 'flac', wordMs: 0, gapMs: 20, pauseMs: 50 })),
    );
    await prepareRecording(bench.parts, long.recording.id, run());
    await bench.openai.control.addFault(cut);
    await expect(transcribePiece(bench.parts, long.recording.id, 0, run())).rejects.toThrow('cut short');
    await transcribePiece(bench.parts, long.recording.id, 0, bench.run({ lastAttempt: true }));
    expect((await pieces(long.recording.id))[0]?.doneAt).not.toBeNull();
    // Of a few words a short text is no sign of anything.
    await transcribePiece(parts, id, 0, run());
    expect((await pieces(id))[0]?.doneAt).not.toBeNull();
  });

  test('that a server answers with less than it holds is asked for twice, and the longer answer is taken', async () => {
    const talk = await encodeSpeech(numbered(60), { format: 'flac', wordMs: 0, gapMs: 20, pauseMs: 50 });
    const { recording, order } = await makeRecording(bench, me, audio(talk));
    await prepareRecording(bench.parts, recording.id, run());
    await bench.openai.control.script({ kind: 'transcript', text: 'слово1' });
    await expect(transcribePiece(bench.parts, recording.id, 0, run())).rejects.toThrow('cut short');
    await bench.openai.control.script({ kind: 'transcript', text: '' });
    await transcribePiece(bench.parts, recording.id, 0, run());
    expect((await pieces(recording.id))[0]).toMatchObject({ text: 'слово1', asked: 2 });
    await transcribePiece(bench.parts, recording.id, 0, run());
    await joinRecording(bench.parts, recording.id, run());
    expect((await orderNow(bench, order.id)).state).toBe('succeeded');
    expect(await bench.openai.control.requests({ route: 'transcriptions' })).toHaveLength(2);
  });

  test('in which nothing is said is asked for twice at most, whatever is made up', async () => {
    const hum = await encodeSpeech(numbered(60), { format: 'flac', wordMs: 0, gapMs: 20, pauseMs: 50 });
    for (const made of ['', 'Субтитры сделал DimaTorzok', 'Продолжение следует...', 'Thanks for watching!']) {
      const { recording, order } = await makeRecording(bench, me, audio(hum));
      await prepareRecording(bench.parts, recording.id, run());
      const before = (await bench.openai.control.requests({ route: 'transcriptions' })).length;
      const again = { kind: 'transcript', text: made } as const;
      await bench.openai.control.script(again);
      await expect(transcribePiece(bench.parts, recording.id, 0, run())).rejects.toThrow('cut short');
      await bench.openai.control.script(again);
      await transcribePiece(bench.parts, recording.id, 0, run());
      await joinRecording(bench.parts, recording.id, run());
      expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'silence' });
      expect(await bench.openai.control.requests({ route: 'transcriptions' })).toHaveLength(before + 2);
    }
  });

  test('is not bought beyond what one recording, or one person in a day, may take', async () => {
    const limited = (perRecording: number, speech: number): WorkerParts => {
      const { spending } = bench.parts.config;
      const perDay = { ...spending.perDay, speech };
      const config = { ...bench.parts.config, spending: { ...spending, perRecording, perDay } };
      return { ...hearing(5), config };
    };
    const one = await prepared(numbered(20));
    const sparing = limited(1, 600);
    await transcribePiece(sparing, one.id, 0, run());
    await transcribePiece(sparing, one.id, 1, run());
    expect(await orderNow(bench, one.order.id)).toMatchObject({
      state: 'failed',
      failure: 'too_much_of_one',
    });

    const other = await prepared(numbered(20));
    await transcribePiece(limited(300, 1), other.id, 0, run());
    expect(await orderNow(bench, other.order.id)).toMatchObject({ failure: 'too_much_today' });
    expect(await bench.openai.control.requests({ route: 'transcriptions' })).toHaveLength(1);
  });

  test('that nobody answers says so, and until when it is tried', async () => {
    const { id, order, parts } = await prepared(numbered(8));
    await bench.openai.control.addFault({
      route: 'transcriptions',
      times: null,
      fault: { kind: 'server_error' },
    });
    await expect(transcribePiece(parts, id, 0, run())).rejects.toMatchObject({ name: 'TransientError' });
    expect((await orderNow(bench, order.id)).progress?.stage).toBe('transcribing');
    await expect(transcribePiece(parts, id, 0, run())).rejects.toMatchObject({ name: 'TransientError' });
    const { progress } = await orderNow(bench, order.id);
    expect(progress).toMatchObject({ stage: 'provider_silent' });
    await expect(transcribePiece(parts, id, 0, run())).rejects.toMatchObject({ name: 'TransientError' });
    expect((await orderNow(bench, order.id)).progress).toEqual(progress);
    await transcribePiece(parts, id, 0, bench.run({ lastAttempt: true }));
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'provider_down' });
  });

  test.each([['quota'], ['bad_key']] as const)(
    'refused for %s waits, and is heard once the account is open',
    async (kind) => {
      const { id, order, parts } = await prepared(numbered(8));
      await bench.openai.control.addFault({ route: 'transcriptions', times: null, fault: { kind } });
      await transcribePiece(parts, id, 0, run());
      expect(await orderNow(bench, order.id)).toMatchObject({
        state: 'queued',
        progress: { stage: 'provider_closed' },
      });
      await bench.openai.control.reset();
      await transcribePiece(parts, id, 0, run());
      expect(await bench.openai.control.requests({ route: 'transcriptions' })).toEqual([]);
      await bench.parts.db.delete(circuitBreakers);
      await transcribePiece(parts, id, 0, run());
      expect((await pieces(id))[0]).toMatchObject({ doneAt: expect.any(Date), failure: null });
    },
  );

  test('refused for the country ends the order with its reason', async () => {
    const { id, order, parts } = await prepared(numbered(8));
    await bench.openai.control.addFault({ route: 'transcriptions', times: null, fault: { kind: 'country' } });
    await transcribePiece(parts, id, 0, run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'provider_model' });
    await bench.openai.control.reset();
    // Pieces of an order that has ended cost nothing.
    await transcribePiece(parts, id, 1, run());
    expect(await bench.openai.control.requests({ route: 'transcriptions' })).toEqual([]);
  });

  test('waits as long as the server says', async () => {
    const { id, parts } = await prepared(numbered(8));
    await bench.openai.control.addFault({
      route: 'transcriptions',
      times: null,
      fault: { kind: 'rate_limit', retryAfter: 90, shouldRetry: false },
    });
    await expect(transcribePiece(parts, id, 0, run())).rejects.toMatchObject({ retryAfterMs: 90_000 });
  });
});

describe('a recording', () => {
  test('of silence is said to be silence, and nothing is sent', async () => {
    const silence = Buffer.concat(
      [...speak([], { leadMs: 4_000, noise: 0.0005 })].map((one) => Buffer.from(one.buffer)),
    );
    const header = Buffer.alloc(44);
    header.write('RIFF', 0);
    header.writeUInt32LE(36 + silence.length, 4);
    header.write('WAVEfmt ', 8);
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(1, 20);
    header.writeUInt16LE(1, 22);
    header.writeUInt32LE(16_000, 24);
    header.writeUInt32LE(32_000, 28);
    header.writeUInt16LE(2, 32);
    header.writeUInt16LE(16, 34);
    header.write('data', 36);
    header.writeUInt32LE(silence.length, 40);
    const { recording, order } = await makeRecording(bench, me, audio(Buffer.concat([header, silence])));
    await prepareRecording(bench.parts, recording.id, run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'silence' });
    expect(await bench.openai.control.requests()).toEqual([]);
  });

  test('in which the model hears nothing is silence too', async () => {
    const { id, order, parts } = await prepared(numbered(6));
    await bench.openai.control.script({ kind: 'transcript', text: '  ' });
    for (const { index } of await pieces(id)) await transcribePiece(parts, id, index, run());
    await joinRecording(parts, id, run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure: 'silence' });
  });

  test.each([
    ['a text', Buffer.from('this is no sound'), 'not_media'],
    ['half a file', null, 'damaged'],
    ['nothing', Buffer.alloc(0), 'empty_file'],
  ] as const)('that is %s is refused with its reason', async (_name, bytes, failure) => {
    const file = bytes ?? (await encodeSpeech(['слово'], { format: 'mp4' })).subarray(0, 400);
    const { recording, order } = await makeRecording(bench, me, audio(file));
    await prepareRecording(bench.parts, recording.id, run());
    expect(await orderNow(bench, order.id)).toMatchObject({ state: 'failed', failure });
  });

  test('whose order is cancelled is not worked on', async () => {
    const { recording, order } = await makeRecording(bench, me, audio(Buffer.from('x')));
    await transact(bench.parts, (unit) => cancelOrder(unit, me, order.id));
    await prepareRecording(bench.parts, recording.id, run());
    expect(await pieces(recording.id)).toEqual([]);
    expect((await orderNow(bench, order.id)).state).toBe('cancelled');
  });

  test('that is deleted is gone from the history at once, its files with the next pass', async () => {
    const { recording } = await end(Buffer.from('Привет, это текст.'), 'a.txt');
    const remove = (ownerId: number) =>
      transact(bench.parts, (unit) => deleteRecording(unit, ownerId, recording.id));
    expect(await remove(await bench.person())).toBe(false);
    expect(await files(recording.id)).toHaveLength(2);
    expect(await remove(me)).toBe(true);
    expect(await findRecording(bench.parts.db, me, recording.id)).toBeNull();
    await applyRetention(bench.parts);
    expect(await files(recording.id)).toEqual([]);

    // A job that was under way may have written since: the row stays until none can be, and the files are looked for.
    await bench.parts.storage.put(
      'transcripts',
      `${me}/recordings/${recording.id}/late.json`,
      Buffer.from('{}'),
      {
        contentType: 'application/json',
      },
    );
    await bench.parts.db
      .update(recordings)
      .set({ deletedAt: sql`now() - interval '20 minutes'` })
      .where(eq(recordings.id, recording.id));
    await applyRetention(bench.parts);
    expect(await files(recording.id)).toEqual([]);
    expect(await bench.parts.db.$count(recordings, eq(recordings.id, recording.id))).toBe(0);
  });
});

describe('a text file', () => {
  const text = 'Сегодня мы решили подписать договор.';

  test.each(['utf8', 'utf16le', 'win1251', 'koi8-r'])('in %s is kept as its own text', async (encoding) => {
    const { order, recording } = await end(iconv.encode(text, encoding, { addBOM: true }), 'notes.txt');
    expect(order.state).toBe('succeeded');
    expect(recording.text).toBe(text);
  });

  test('of subtitles is kept as its words, each line with its time and its speaker', async () => {
    const srt = `1\r\n00:00:01,000 --> 00:00:02,000\r\n<v Анна>${text}\r\n\r\n2\r\n00:00:03,500 --> 00:00:04,000\r\n<v Иван>Да.`;
    const { recording } = await end(Buffer.from(srt), 'film.srt');
    expect(recording.text).toBe(`Анна: ${text}\nИван: Да.`);
    expect(await readTranscript(bench.parts, recording)).toEqual({
      language: null,
      durationMs: 4_000,
      segments: [
        { startMs: 1_000, endMs: 2_000, speaker: 0, text },
        { startMs: 3_500, endMs: 4_000, speaker: 1, text: 'Да.' },
      ],
      missing: [],
      speakers: ['Анна', 'Иван'],
      timesFrom: 'file',
    });
  });

  test('without times has a paragraph for a segment, an older recording what its row tells', async () => {
    const { recording } = await end(Buffer.from(`${text}\n\nИ разошлись.`), 'a.txt');
    const none = { startMs: 0, endMs: 0, speaker: null };
    expect(await readTranscript(bench.parts, recording)).toMatchObject({
      segments: [
        { ...none, text },
        { ...none, text: 'И разошлись.' },
      ],
      timesFrom: 'none',
    });
    await bench.parts.storage.deletePrefix('transcripts', transcriptKey(recording));
    const segments = [
      { startMs: 0, endMs: 900, text: 'Да.', speaker: 'A' },
      { startMs: 900, endMs: 2_000, text: 'Нет.', speaker: 'B' },
    ];
    expect(await readTranscript(bench.parts, { ...recording, segments })).toMatchObject({
      durationMs: 2_000,
      segments: [
        { startMs: 0, speaker: 0, text: 'Да.' },
        { startMs: 900, speaker: 1, text: 'Нет.' },
      ],
      speakers: [null, null],
      timesFrom: 'pieces',
    });
  });

  test.each([
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), 'not_text'],
    ['a few spaces', Buffer.from(' \n\t '), 'empty_file'],
    ['thirteen megabytes', Buffer.alloc(13_000_000, 'text '), 'text_too_long'],
  ] as const)('that is %s is refused with its reason', async (_name, bytes, failure) => {
    expect((await end(bytes, 'a.txt')).order).toMatchObject({ state: 'failed', failure });
  });
});

describe('a recording that costs', () => {
  const prices = { ...FREE_OF_CHARGE, charged: true, welcome: 40, freeSeconds: 6 };
  /** Of about ten seconds, in two pieces or more. */
  async function opened() {
    const owner = await bench.person();
    const parts = { ...hearing(5), prices };
    const bytes = await encodeSpeech(numbered(11), { format: 'flac', wordMs: 900 });
    const charging = { ...bench, parts: { ...bench.parts, prices } };
    const { recording, order } = await makeRecording(charging, owner, audio(bytes));
    await prepareRecording(parts, recording.id, run());
    return { owner, parts, recording, order: await orderNow(bench, order.id) };
  }

  test('is quoted by what is to be heard in it; accepted, it goes on without being fetched again', async () => {
    const { owner, parts, recording, order } = await opened();
    expect(order).toMatchObject({ state: 'quoted', unitPrice: 10, units: 1 });
    await applyRetention(parts);
    const cut = await pieces(recording.id);
    expect(cut.length).toBeGreaterThan(1);
    const payload = { recordingId: recording.id, index: 0 };
    expect(bench.enqueued.some((job) => isDeepStrictEqual(job, { name: 'recording.piece', payload }))).toBe(
      false,
    );
    await transact(parts, (unit) => acceptOrder(unit, owner, order.id));
    expect(await accountOf(parts.db, owner)).toEqual({ balance: 40, held: 10, available: 30 });
    await prepareRecording(parts, recording.id, run());
    for (const { index } of cut) await transcribePiece(parts, recording.id, index, run());
    await joinRecording(parts, recording.id, run());
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

describe('a link', () => {
  /** Prepares a recording of what stands at this address. */
  async function fetched(url: string, parts: WorkerParts = bench.parts) {
    const media = {
      source: 'link',
      fileId: url,
      fileName: 'talk',
      mimeType: null,
      fileSize: null,
      durationS: null,
    } as const;
    const from = { ownerId: me, chatId: me, messageId: 1, title: 'talk', language: null };
    const made = await transact(parts, (unit) => orderTranscription(unit, from, media));
    if ('refused' in made) throw new Error('not ordered');
    await prepareRecording(parts, made.recording.id, run());
    return { order: await orderNow(bench, made.order.id), cut: (await pieces(made.recording.id)).length };
  }

  test('to a file is fetched as it comes; to a page, to nothing, too much of it or to our own network it is told so', async () => {
    const flac = await encodeSpeech(numbered(4), { format: 'flac' });
    const server = createServer(({ url }, response) => {
      if (url === '/talk.flac') response.writeHead(200, { 'content-type': 'audio/flac' }).end(flac);
      else if (url === '/moved') response.writeHead(302, { location: '/talk.flac' }).end();
      else if (url === '/page') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      else if (url === '/endless') response.writeHead(200).end(Buffer.alloc(9 * 1024 * 1024));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    expect(await fetched(`${base}/talk.flac`)).toMatchObject({ order: { state: 'running' }, cut: 1 });
    expect(await fetched(`${base}/moved`)).toMatchObject({ cut: 1 });
    expect(await fetched(`${base}/page`)).toMatchObject({ order: { failure: 'link_page' } });
    expect(await fetched(`${base}/gone`)).toMatchObject({ order: { failure: 'link_gone' } });
    expect(await fetched(`${base}/endless`)).toMatchObject({ order: { failure: 'file_too_big' } });
    const config = {
      ...bench.parts.config,
      links: { ...bench.parts.config.links, reach: 'public' as const },
    };
    const outside = { ...bench.parts, config };
    for (const url of [
      `${base}/talk.flac`,
      'http://localhost:1/a.mp3',
      'https://169.254.169.254/latest',
      'http://[::1]/a',
    ])
      expect((await fetched(url, outside)).order).toMatchObject({ state: 'failed', failure: 'link_refused' });
    server.closeAllConnections();
    server.close();
  });
});

import { circuitBreakers, falJobs, recordingPieces } from '@aisha/db';
import { type Hearer, openRecogniser } from '@aisha/providers';
import {
  decodeSpeech,
  type ElevenLabsSandbox,
  encodeSpeech,
  SANDBOX_ELEVENLABS_KEY,
  type SpokenWord,
  startElevenLabsSandbox,
} from '@aisha/sandbox';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sweepFalJobs } from '../fal/sweep.ts';
import { speechModelNamed } from '../fal/models/index.ts';
import type { WorkerParts } from '../parts.ts';
import {
  eventually,
  makeRecording,
  orderNow,
  recordingNow,
  startTestParts,
  startWork,
  type TestParts,
} from '../testing.ts';
import { stopOrder } from '../orders/orders.ts';
import { transact } from '../unit.ts';
import { joinRecording } from './join.ts';
import { transcribePiece } from './pieces.ts';
import { prepareRecording } from './prepare.ts';
import { heardSoFar } from './stop.ts';
import { hearerAtFal, hearerOf } from './recognisers.ts';
import { readTranscript, type Transcript } from './transcript.ts';
import { addTerms } from './vocabulary.ts';

/** Tone-coded speech through the whole pipeline: what was said is known to the word, with its time and its speaker. */

let bench: TestParts;
let scribe: ElevenLabsSandbox;
let me: number;
beforeAll(async () => {
  [bench, scribe] = await Promise.all([startTestParts(), startElevenLabsSandbox()]);
  me = await bench.person();
});
afterAll(async () => {
  await Promise.all([bench.close(), scribe.close()]);
});
afterEach(async () => {
  scribe.clearFaults();
  await bench.openai.control.reset();
  await bench.parts.db.delete(circuitBreakers);
});

/** It takes this much sound at once, so that little speech is many pieces. */
const taking = (hearer: Hearer, longestAudioS: number): Hearer => ({
  ...hearer,
  can: { ...hearer.can, longestAudioS },
});

const elevenLabs = () =>
  hearerOf(
    openRecogniser('elevenlabs', {
      openai: bench.parts.openai,
      log: bench.parts.log,
      config: {
        order: null,
        byLanguage: {},
        server: null,
        elevenLabs: { apiKey: SANDBOX_ELEVENLABS_KEY, url: scribe.url, model: 'scribe_v2' },
      },
    }),
  );

function atFal(): Hearer {
  const model = speechModelNamed('fal-scribe-v2');
  if (!model) throw new Error('no such model');
  return hearerAtFal(model, {});
}

/** Sends the speech and waits until its order has ended. */
async function through(parts: WorkerParts, bytes: Buffer, name: string) {
  await using work = startWork(bench, parts);
  const { recording, order } = await makeRecording(bench, me, { bytes, name, mime: 'audio/ogg' });
  const ended = await eventually(async () => {
    // The sweeper's part: FAL's requests are asked about.
    await bench.parts.db.update(falJobs).set({ nextCheckAt: sql`now() - interval '1 second'` });
    await sweepFalJobs(parts);
    const now = await orderNow(bench, order.id);
    if (!now.endedAt) throw new Error(`the order is ${now.state}`);
    return now;
  }, 80_000);
  await work.close();
  expect(ended).toMatchObject({ state: 'succeeded' });
  const kept = await recordingNow(bench, recording.id);
  const pieces = await bench.parts.db
    .select()
    .from(recordingPieces)
    .where(eq(recordingPieces.recordingId, recording.id))
    .orderBy(asc(recordingPieces.index));
  return { kept, pieces, transcript: await readTranscript(bench.parts, kept) };
}

/** Word by word the same, each segment within a second of its words. */
function expectSaid({ segments }: Transcript, said: readonly SpokenWord[]): void {
  const words = segments.flatMap(({ text }) => text.split(' '));
  expect(words).toEqual(said.map(({ text }) => text));
  let at = 0;
  for (const { text, startMs, endMs } of segments) {
    const first = said[at];
    at += text.split(' ').length;
    const last = said[at - 1];
    expect(Math.abs(startMs - (first?.start ?? 0) * 1_000), text).toBeLessThan(1_000);
    expect(Math.abs(endMs - (last?.end ?? 0) * 1_000), text).toBeLessThan(1_000);
    expect(endMs - startMs, text).toBeLessThanOrEqual(7_500);
  }
}

const LIST = 'мы решили подписать договор завтра Анна отправит письмо а Иван проверит счёт и смету'.split(
  ' ',
);
/** Words of many lengths; every so often a sentence ends. */
const talk = (count: number, sentence: number) =>
  Array.from(
    { length: count },
    (_, n) => `${LIST[(n * 7) % LIST.length] ?? ''}${n}${n % sentence === sentence - 1 ? '.' : ''}`,
  );

test('who never pauses loses no word, and cues have their times though the recogniser tells none', async () => {
  const words = [...talk(90, 1_000), ...talk(60, 6)];
  const bytes = await encodeSpeech(words, { format: 'ogg', gapMs: 0, pauseMs: [150, 1_900] });
  const { transcript, pieces, kept } = await through(
    { ...bench.parts, recognisers: { of: () => [taking(hearerOf(bench.parts.openai.recogniser), 25)] } },
    bytes,
    'talk.ogg',
  );
  expect(pieces.length).toBeGreaterThan(3);
  // The sound of some holds the edge of the next.
  expect(pieces.some(({ endMs, audioEndMs }) => (audioEndMs ?? 0) > endMs)).toBe(true);
  expect(transcript).toMatchObject({ timesFrom: 'pieces', missing: [] });
  expectSaid(transcript, (await decodeSpeech(bytes)).words);
  expect((kept.text ?? '').split(/\s+/)).toEqual(words);
}, 120_000);

test('four speakers stay who they are, while the recogniser is locked in the middle and FAL goes on', async () => {
  await transact(bench.parts, (unit) => addTerms(unit.tx, me, ['Серик Болатов']));
  const words = talk(140, 5);
  const who = (n: number) => [0, 3, 1, 0, 2, 3, 1, 2][Math.floor(n / 5) % 8] ?? 0;
  const bytes = await encodeSpeech(words, { format: 'ogg', speaker: who });
  const first = taking(elevenLabs(), 44);
  let asked = 0;
  const locking: Hearer =
    first.at === 'server'
      ? {
          ...first,
          recogniser: {
            ...first.recogniser,
            transcribe: (speech) => {
              asked += 1;
              if (asked === 3) scribe.addFault({ kind: 'unpaid' }, 100);
              return first.recogniser.transcribe(speech);
            },
          },
        }
      : first;
  const { transcript, pieces } = await through(
    { ...bench.parts, recognisers: { of: () => [locking, taking(atFal(), 44)] } },
    bytes,
    'meeting.ogg',
  );
  expect(new Set(pieces.map(({ recogniser }) => recogniser))).toEqual(
    new Set(['elevenlabs', 'fal-scribe-v2']),
  );
  expect(transcript).toMatchObject({ timesFrom: 'recogniser', missing: [], language: 'ru' });
  const said = (await decodeSpeech(bytes)).words;
  expectSaid(transcript, said);
  // Each voice has one number, and no other voice has it.
  const numbers = new Map<string, Set<number | null>>();
  let at = 0;
  for (const { text, speaker } of transcript.segments)
    for (const _ of text.split(' ')) {
      const voice = said[at]?.speaker ?? '';
      numbers.set(voice, (numbers.get(voice) ?? new Set()).add(speaker));
      at += 1;
    }
  expect([...numbers.values()].map((set) => set.size)).toEqual([1, 1, 1, 1]);
  expect(new Set([...numbers.values()].flatMap((set) => [...set])).size).toBe(4);
  expect(scribe.requests()[0]?.fields).toMatchObject({ keyterms: ['Серик Болатов'], diarize: ['true'] });
}, 120_000);

test('what nobody can recognise is marked with its time, and the rest is delivered', async () => {
  const words = talk(60, 6);
  const bytes = await encodeSpeech(words, { format: 'ogg', wordMs: 700 });
  const own = taking(hearerOf(bench.parts.openai.recogniser), 20);
  let calls = 0;
  const isSecond = () => (calls += 1) === 2;
  const failing: Hearer =
    own.at === 'server'
      ? {
          ...own,
          recogniser: {
            ...own.recogniser,
            transcribe: (speech) =>
              isSecond()
                ? Promise.resolve({ kind: 'refused', code: 'invalid', message: '' })
                : own.recogniser.transcribe(speech),
          },
        }
      : own;
  const { transcript, pieces } = await through(
    { ...bench.parts, recognisers: { of: () => [failing] } },
    bytes,
    'lost.ogg',
  );
  const lost = pieces.filter(({ failure }) => failure !== null);
  expect(lost).toHaveLength(1);
  expect(transcript.missing).toEqual(lost.map(({ startMs, endMs }) => ({ startMs, endMs })));
  const heard = new Set(transcript.segments.flatMap(({ text }) => text.split(' ')));
  const said = (await decodeSpeech(bytes)).words;
  for (const { text, start, end } of said) {
    const inside = lost.some(
      ({ startMs, endMs }) => startMs <= ((start + end) / 2) * 1_000 && ((start + end) / 2) * 1_000 < endMs,
    );
    expect(heard.has(text), text).toBe(!inside);
  }
}, 120_000);

test('a stop gives what is done so far, and nobody hears the rest', async () => {
  const parts = {
    ...bench.parts,
    recognisers: { of: () => [taking(hearerOf(bench.parts.openai.recogniser), 20)] },
  };
  const bytes = await encodeSpeech(talk(50, 6), { format: 'ogg', wordMs: 900 });
  const { recording, order } = await makeRecording(bench, me, { bytes, name: 'a.ogg', mime: 'audio/ogg' });
  const stop = (owner: number) => transact(parts, (unit) => stopOrder(unit, owner, order.id));
  await prepareRecording(parts, recording.id, bench.run());
  await transcribePiece(parts, recording.id, 0, bench.run());
  expect(await heardSoFar(parts.db, recording.id)).toContain('мы0');
  expect(await stop(await bench.person())).toBeNull();
  expect(await stop(me)).toBe('stopping');
  await transcribePiece(parts, recording.id, 1, bench.run());
  await joinRecording(parts, recording.id, bench.run());
  expect(await orderNow(bench, order.id)).toMatchObject({ state: 'succeeded' });
  const kept = await recordingNow(bench, recording.id);
  expect(kept.text).toContain('мы0');
  expect(kept.missing?.[0]?.startMs).toBeGreaterThan(5_000);
  expect(await bench.openai.control.requests({ route: 'transcriptions' })).toHaveLength(1);
  // Nothing is done yet: it is a cancel.
  const other = await makeRecording(bench, me, { bytes, name: 'b.ogg', mime: 'audio/ogg' });
  expect(await transact(parts, (unit) => stopOrder(unit, me, other.order.id))).toMatchObject({
    state: 'cancelled',
  });
}, 60_000);

import { circuitBreakers, recordingPieces } from '@aisha/db';
import { type Hearer, openRecogniser } from '@aisha/providers';
import {
  decodeSpeech,
  type ElevenLabsSandbox,
  encodeSpeech,
  SANDBOX_ELEVENLABS_KEY,
  startElevenLabsSandbox,
} from '@aisha/sandbox';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  eventually,
  makeRecording,
  orderNow,
  recordingNow,
  startTestParts,
  startWork,
  type TestParts,
} from '../testing.ts';
import { hearerOf } from './recognisers.ts';
import { readTranscript } from './transcript.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** How long is spoken, and what kind of file it is. */
    talk: { readonly hours: number; readonly format: string };
  }
}

/**
 * The long form of `proof.integration.test.ts`: `SPEECH_PROOF_HOURS=3 SPEECH_PROOF_FORMAT=ogg` (or mp3, m4a, wav, mp4) says
 * tone-coded speech for so long; without it a minute and a half, which keeps it running. Four speakers, pauses of random length
 * and stretches without any; pieces fail, the worker is killed in the middle, and the first recogniser loses its account, so
 * that another one hears the rest.
 */
const { hours: HOURS, format } = inject('talk');
const IS_LONG = HOURS >= 0.25;
const FORMATS = ['ogg', 'mp3', 'm4a', 'wav', 'mp4'] as const;
const FORMAT = FORMATS.find((one) => one === format) ?? 'ogg';
// Below these the codec garbles the tones themselves.
const BITRATES = { ogg: 14_000, mp3: 14_000, m4a: 64_000, mp4: 64_000, wav: undefined };
const WORDS_AN_HOUR = 4_900;

let bench: TestParts;
let first: ElevenLabsSandbox;
let second: ElevenLabsSandbox;
beforeAll(async () => {
  [bench, first, second] = await Promise.all([
    startTestParts(),
    startElevenLabsSandbox(),
    startElevenLabsSandbox(),
  ]);
});
afterAll(async () => {
  await Promise.all([bench.close(), first.close(), second.close()]);
});

const LIST = 'мы решили подписать договор завтра Анна отправит письмо а Иван проверит счёт и смету'.split(
  ' ',
);

/** Every third hundred of words has no pause at all. */
const talk = (count: number) =>
  Array.from({ length: count }, (_one, n) => {
    const ends = Math.floor(n / 100) % 3 !== 2 && n % 7 === 6;
    return `${LIST[(n * 7) % LIST.length] ?? ''}${n}${ends ? '.' : ''}`;
  });

/** Who says the word: four people, all of them heard from the beginning. */
const who = (n: number) => [0, 3, 1, 2, 0, 2, 3, 1][Math.floor(n / 5) % 8] ?? 0;

/** Two services with accounts of their own, as far as the circuit breaker sees them. */
function hearer(name: string, scribe: ElevenLabsSandbox): Hearer {
  const { openai, log } = bench.parts;
  const open = hearerOf(
    openRecogniser('elevenlabs', {
      openai,
      log,
      config: {
        order: null,
        byLanguage: {},
        server: null,
        elevenLabs: { apiKey: SANDBOX_ELEVENLABS_KEY, url: scribe.url, model: 'scribe_v2' },
      },
    }),
  );
  const work = {
    ...open.work,
    provider: name === 'first' ? open.work.provider : 'openai',
    model: name,
  } as const;
  return { ...open, name, work, can: { ...open.can, longestAudioS: IS_LONG ? 600 : 30 } };
}

test(
  `${HOURS} hours lose no word, double none, keep their speakers and times, whatever fails meanwhile`,
  async () => {
    const words = talk(Math.round(HOURS * WORDS_AN_HOUR));
    const bitrate = BITRATES[FORMAT];
    const bytes = await encodeSpeech(words, {
      format: FORMAT,
      gapMs: 60,
      pauseMs: [150, 1_900],
      speaker: who,
      ...(bitrate === undefined ? {} : { bitrate }),
    });
    const parts = {
      ...bench.parts,
      recognisers: { of: () => [hearer('first', first), hearer('second', second)] },
    };
    const me = await bench.person();
    first.addFault({ kind: 'server_error' }, 2);
    const killed = startWork(bench, parts);
    const started = performance.now();
    const mime = FORMAT === 'mp4' ? 'video/mp4' : `audio/${FORMAT}`;
    const { recording, order } = await makeRecording(bench, me, { bytes, name: `talk.${FORMAT}`, mime });
    const pieces = () =>
      bench.parts.db
        .select()
        .from(recordingPieces)
        .where(eq(recordingPieces.recordingId, recording.id))
        .orderBy(asc(recordingPieces.index));
    const half = async () => {
      const all = await pieces();
      const done = all.filter(({ doneAt }) => doneAt).length;
      if (all.length < 2 || done < 1) throw new Error(`${done} of ${all.length} pieces`);
      return all.length;
    };
    await eventually(half, HOURS * 600_000 + 60_000);
    // In the middle of it the worker dies, and the account of who heard the beginning is empty.
    first.addFault({ kind: 'unpaid' }, 1_000);
    await killed.close(0);
    const before = second.requests().length;
    await using work = startWork(bench, parts);
    const ended = await eventually(
      async () => {
        const now = await orderNow(bench, order.id);
        if (!now.endedAt) throw new Error(`the order is ${now.state}`);
        return now;
      },
      HOURS * 600_000 + 90_000,
    );
    const tookMs = performance.now() - started;
    await work.close();
    expect(ended).toMatchObject({ state: 'succeeded' });
    expect(second.requests().length).toBeGreaterThan(before);
    const kept = await recordingNow(bench, recording.id);
    const { segments, missing } = await readTranscript(bench.parts, kept);
    expect(missing).toEqual([]);
    const said = (await decodeSpeech(bytes)).words;
    const heard = segments.flatMap(({ text, speaker, startMs, endMs }) =>
      text.split(' ').map((word) => ({ word, speaker, startMs, endMs })),
    );
    expect(heard.map(({ word }) => word)).toEqual(words);
    const numbers = new Map<string, Map<number | null, number>>();
    for (const [n, { speaker, startMs, endMs }] of heard.entries()) {
      const one = said[n];
      if (!one) throw new Error('the stand-in cannot hear its own speech');
      expect(startMs).toBeLessThan(one.start * 1_000 + 1_000);
      expect(endMs).toBeGreaterThan(one.end * 1_000 - 1_000);
      const mine = numbers.get(one.speaker ?? '') ?? new Map<number | null, number>();
      mine.set(speaker, (mine.get(speaker) ?? 0) + 1);
      numbers.set(one.speaker ?? '', mine);
    }
    expect([...numbers.values()].map((mine) => mine.size)).toEqual([1, 1, 1, 1]);
    await bench.parts.db.delete(circuitBreakers);
    if (IS_LONG) {
      const minutes = Math.round((kept.durationMs ?? 0) / 60_000);
      const count = (await pieces()).length;
      process.stdout.write(
        `${FORMAT}: ${minutes} min, ${count} pieces, ${words.length} words, ${Math.round(tookMs / 1_000)} s\n`,
      );
    }
  },
  HOURS * 1_800_000 + 180_000,
);

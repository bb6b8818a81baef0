import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Recogniser } from '../recogniser/recogniser.ts';

/** What goes wrong at the other end: once for the first four, until `heal` for the rest. */
export type RecogniserFault =
  /** The connection breaks before there is an answer. */
  | 'reset'
  /** Too many requests; to be asked again in 7 s. */
  | 'busy'
  /** Only half of an answer comes, and then nothing. */
  | 'stall'
  /** An answer that is none. */
  | 'nonsense'
  /** Key, quota or balance. */
  | 'account'
  | 'country'
  /** No answer comes. */
  | 'hang';

/** A recogniser and the hands on its other end that the suite needs. */
export interface RecogniserStand {
  readonly recogniser: Recogniser;
  /** Sound in which these words are said, in a container that the recogniser takes. */
  say(words: readonly string[]): Promise<{ audio: Buffer; fileName: string; contentType: string }>;
  spoil(fault: RecogniserFault): Promise<void>;
  heal(): Promise<void>;
  /** How many requests came to the other end so far. */
  asked(): Promise<number>;
  /** What must never be seen in an outcome. */
  readonly key: string;
  close(): Promise<void>;
}

const WORDS = 'Сегодня мы решили подписать договор. Анна отправит письмо Ивану до пятницы.'.split(' ');
const TEXT = WORDS.join(' ');

/** What a recogniser must do, whoever does the recognising. */
export function describeRecogniser(name: string, start: () => Promise<RecogniserStand>): void {
  describe(`the recogniser ${name}`, () => {
    let stand: RecogniserStand;
    let voice: Awaited<ReturnType<RecogniserStand['say']>>;
    beforeAll(async () => {
      stand = await start();
      voice = await stand.say(WORDS);
    });
    afterEach(() => stand.heal());
    afterAll(() => stand.close());

    const hear = async (more: Partial<Parameters<Recogniser['transcribe']>[0]> = {}) =>
      stand.recogniser.transcribe({ ...voice, ...more });
    const heard = async (more: Parameters<typeof hear>[0] = {}) => {
      const outcome = await hear(more);
      if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
      return outcome;
    };

    test('gives the words that were said, and the language as a code of two letters if at all', async () => {
      const { text, language } = await heard();
      expect(text).toBe(TEXT);
      expect(language ?? 'ru').toBe('ru');
    });

    test('says how much it heard, if at all, as it was', async () => {
      const { durationS } = await heard();
      const twice = await stand.say([...WORDS, ...WORDS]);
      const { durationS: longer } = await heard(twice);
      expect(typeof longer).toBe(typeof durationS);
      expect((longer ?? 2) / (durationS ?? 1)).toBeCloseTo(2, 0);
    });

    test('gives the times and speakers that it says it can, and no others', async () => {
      const { words, segments } = await heard();
      // Of a server that nobody knows it is what its answers showed.
      const { can } = stand.recogniser;
      expect(words === undefined).toBe(can.times !== 'words');
      expect(segments === undefined).toBe(can.times === 'none');
      expect((segments ?? []).every(({ speaker }) => (speaker !== undefined) === can.speakers)).toBe(true);
      for (const timed of [words ?? [], segments ?? []]) {
        const edges = timed.flatMap(({ start: from, end }) => [from, end]);
        expect(edges).toEqual(edges.toSorted((a, b) => a - b));
        expect(edges.every((second) => second >= 0 && second < 60)).toBe(true);
      }
      const said = segments?.map(({ text }) => text).join(' ') ?? TEXT;
      expect(said).toBe(TEXT);
    });

    test('says what it can in numbers that audio can be cut by', () => {
      const { longestAudioS, biggestBytes, endsOn, languages } = stand.recogniser.can;
      expect(longestAudioS ?? 60).toBeGreaterThanOrEqual(60);
      // Five minutes of speech as the pipeline encodes it.
      expect(biggestBytes).toBeGreaterThan(2_000_000);
      expect(endsOn ?? '2030-01-01').toMatch(/^\d{4}-\d\d-\d\d$/);
      expect((languages ?? ['ru']).every((code) => /^[a-z]{2}$/.test(code))).toBe(true);
    });

    test.each(['ru', 'kk', 'en', 'zz'])('does not fail for being told the language %s', async (language) => {
      expect(await hear({ language })).toMatchObject({ kind: 'ok' });
    });

    test('does not fail for being told words to expect', async () => {
      expect(await heard({ vocabulary: ['Аиша', 'Серик Болатов'] })).toMatchObject({ text: TEXT });
    });

    test.each(['file_12.oga', 'voice.opus', 'voice'])(
      'takes a voice note that is named %s',
      async (fileName) => {
        expect(await heard({ fileName })).toMatchObject({ text: TEXT });
      },
    );

    test('refuses what is too big without sending it', async () => {
      const before = await stand.asked();
      const audio = Buffer.alloc(stand.recogniser.can.biggestBytes + 1);
      expect(await hear({ audio })).toMatchObject({ kind: 'refused', code: 'too-big' });
      expect(await stand.asked()).toBe(before);
    });

    test('refuses what is no sound', async () => {
      expect(await hear({ audio: Buffer.from('not a sound at all') })).toMatchObject({
        kind: 'refused',
        code: 'bad-audio',
      });
    });

    test('leaves it to who counts paid calls to ask again when the connection broke', async () => {
      await stand.spoil('reset');
      expect(await hear()).toMatchObject({ kind: 'retry' });
      expect(await heard()).toMatchObject({ text: TEXT });
    });

    test.each(['account', 'country'] as const)('refuses by reason of the %s', async (fault) => {
      await stand.spoil(fault);
      expect(await hear()).toMatchObject({ kind: 'refused', code: fault });
    });

    test('says how long the other side wants to be left alone', async () => {
      await stand.spoil('busy');
      expect(await hear()).toMatchObject({ kind: 'retry', afterMs: 7_000 });
    });

    test.each(['stall', 'nonsense', 'hang'] as const)(
      '%s is worth another try, and in time',
      async (fault) => {
        await stand.spoil(fault);
        const begun = performance.now();
        expect(await hear({ timeoutMs: 500 })).toMatchObject({ kind: 'retry' });
        expect(performance.now() - begun).toBeLessThan(5_000);
      },
    );

    test('ends when its caller does not want it any more', async () => {
      await stand.spoil('hang');
      const begun = performance.now();
      expect(await hear({ signal: AbortSignal.timeout(100) })).toMatchObject({ kind: 'retry' });
      expect(await hear({ signal: AbortSignal.abort() })).toMatchObject({ kind: 'retry' });
      expect(performance.now() - begun).toBeLessThan(5_000);
    });

    test('says nothing of its key', async () => {
      const said: unknown[] = [await hear(), await hear({ audio: Buffer.from('nothing') })];
      for (const fault of ['account', 'country', 'busy', 'nonsense'] as const) {
        await stand.spoil(fault);
        said.push(await hear({ timeoutMs: 500 }));
        await stand.heal();
      }
      expect(JSON.stringify(said)).not.toContain(stand.key);
    });
  });
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { segmentsOf, textOf } from './cues.ts';
import { type HeardPiece, withoutOverlaps } from './overlap.ts';
import { type Run, spread } from './spread.ts';
import { timedWords } from './words.ts';

const letters = 'оаеинтсрвлкмдпу';
const word = fc.stringMatching(/^[оаеинтсрвлкмдпу]{1,14}$/);

/** Words as they are said: one after the other, so long by their letters and the speaker's mood, with pauses between. */
const said = fc
  .array(
    fc.record({
      text: word,
      pace: fc.double({ min: 0.7, max: 1.4, noNaN: true }),
      pause: fc.integer({ min: 60, max: 1_200 }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((words) => {
    let at = 300;
    return words.map(({ text, pace, pause }) => {
      const startMs = at;
      const endMs = Math.round(at + (text.length + 3) * 45 * pace);
      at = endMs + pause;
      return { text, startMs, endMs };
    });
  });

describe('the time of a word that nobody tells', () => {
  test('is within a second of when it is said, and in order', () => {
    fc.assert(
      fc.property(said, (words) => {
        const voiced = words.map(({ startMs, endMs }): Run => [startMs, endMs]);
        const end = (words.at(-1)?.endMs ?? 0) + 500;
        const times = spread(
          words.map(({ text }) => text),
          voiced,
          [0, end],
        );
        expect(times).toHaveLength(words.length);
        for (const [i, [startMs, endMs]] of times.entries()) {
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          expect(startMs).toBeGreaterThanOrEqual(times[i - 1]?.[1] ?? 0);
          expect(Math.abs(startMs - (words[i]?.startMs ?? 0))).toBeLessThan(1_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is found where nothing is heard, and where there is far more speech than words', () => {
    expect(spread(['да', 'не'], [], [1_000, 2_000])).toEqual([
      [1_000, 1_500],
      [1_500, 2_000],
    ]);
    expect(spread(['да'], [[0, 60_000]], [0, 60_000])).toEqual([[0, 60_000]]);
    expect(spread([], [[0, 1]], [0, 1])).toEqual([]);
  });
});

describe('the words of an answer', () => {
  const sounding = { startMs: 10_000, endMs: 20_000, voiced: [] };

  test('keep their punctuation where Whisper tells the times without it, and what it forgot has a place', () => {
    const words = timedWords(
      {
        text: 'Да, это — так. Ну вот!',
        words: [
          { text: 'Да', start: 0, end: 0.5 },
          { text: 'это', start: 0.6, end: 0.9 },
          { text: 'так', start: 1, end: 1.4 },
          { text: 'вот', start: 3, end: 3.5 },
        ],
      },
      sounding,
    );
    expect(words.map(({ text }) => text)).toEqual(['Да,', 'это', '—', 'так.', 'Ну', 'вот!']);
    expect(words.map(({ startMs }) => startMs)).toEqual([10_000, 10_600, 10_900, 11_000, 11_400, 13_000]);
  });

  test('have the speaker of their segment', () => {
    const segments = [
      { text: 'Да, да.', start: 0, end: 1, speaker: 'A' },
      { text: 'Нет.', start: 2, end: 3, speaker: 'B' },
    ];
    const words = timedWords({ text: 'Да, да. Нет.', segments }, sounding);
    expect(words.map(({ text, speaker }) => [text, speaker])).toEqual([
      ['Да,', 'A'],
      ['да.', 'A'],
      ['Нет.', 'B'],
    ]);
    expect(words.at(-1)).toMatchObject({ startMs: 12_000, endMs: 13_000, told: true });
  });
});

describe('two pieces that both heard the cut', () => {
  /** Two pieces of one row of words, the sound of each reaching 2.5 s into the other; each half-hears the word at its edge. */
  const cut = (
    words: readonly { text: string; startMs: number; endMs: number }[],
    cutMs: number,
    wrong: number,
  ): HeardPiece[] => {
    const end = words.at(-1)?.endMs ?? 0;
    return [
      { startMs: 0, endMs: cutMs, audioStartMs: 0, audioEndMs: Math.min(end, cutMs + 2_500) },
      { startMs: cutMs, endMs: end, audioStartMs: Math.max(0, cutMs - 2_500), audioEndMs: end },
    ].map((piece, n) => ({
      ...piece,
      words: words
        .filter(({ startMs, endMs }) => endMs > piece.audioStartMs && startMs < piece.audioEndMs)
        .map((one) => ({
          text: one.startMs < piece.audioStartMs || one.endMs > piece.audioEndMs ? '…' : one.text,
          startMs: one.startMs + n * wrong,
          endMs: one.endMs + n * wrong,
        })),
    }));
  };

  test('are joined without a word lost or doubled, whatever the words and the errors of their times', () => {
    const texts = fc.array(
      fc.record({
        text: fc.oneof(word, fc.constantFrom('да', 'ну', 'вот')),
        ms: fc.integer({ min: 150, max: 700 }),
      }),
      { minLength: 30, maxLength: 60 },
    );
    fc.assert(
      fc.property(
        texts,
        fc.double({ min: 0.3, max: 0.7, noNaN: true }),
        fc.integer({ min: -250, max: 250 }),
        (list, share, wrong) => {
          let at = 0;
          // A number makes each word its own, as in a text few are said twice within some seconds.
          const words = list.map(({ text, ms }, n) => {
            const one = { text: `${text}${letters[n % 15] ?? ''}${n}`, startMs: at, endMs: at + ms };
            at += ms;
            return one;
          });
          const joined = withoutOverlaps(cut(words, Math.round(at * share), wrong)).flat();
          expect(joined.map(({ text }) => text)).toEqual(words.map(({ text }) => text));
        },
      ),
    );
  });

  test('keep what is said twice, one time after the other', () => {
    const words = Array.from({ length: 40 }, (_, n) => ({
      text: 'да',
      startMs: n * 500,
      endMs: n * 500 + 400,
    }));
    expect(withoutOverlaps(cut(words, 10_000, 0)).flat()).toHaveLength(40);
  });
});

describe('a transcript', () => {
  const at = (startMs: number, text: string, speaker = 0, confidence?: number) => ({
    text,
    speaker,
    startMs,
    endMs: startMs + 400,
    told: true,
    ...(confidence === undefined ? {} : { confidence }),
  });

  test('has segments that end with turns, sentences and pauses, and tells which words are doubted', () => {
    const segments = segmentsOf([
      at(0, 'Это'),
      at(500, 'первое', 0, 0.3),
      at(1_000, 'предложение.'),
      at(1_500, 'Второе'),
      at(4_000, 'после'),
      at(4_500, 'паузы', 1),
    ]);
    expect(segments.map(({ text }) => text)).toEqual(['Это первое предложение.', 'Второе', 'после', 'паузы']);
    expect(segments[0]).toMatchObject({
      startMs: 0,
      endMs: 1_400,
      speaker: 0,
      unsure: [{ from: 4, to: 10 }],
    });
    expect(textOf({ segments })).toBe('Это первое предложение. Второе после\n\nпаузы');
  });

  test('has no segment longer than a subtitle', () => {
    const words = Array.from({ length: 200 }, (_, n) => at(n * 500, `слово${n}`));
    for (const { text, startMs, endMs } of segmentsOf(words)) {
      expect(text.length).toBeLessThanOrEqual(84);
      expect(endMs - startMs).toBeLessThanOrEqual(7_000);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { linesOf, numbered, numbersIn } from './documents/lines.ts';
import { createMask } from './masking/mask.ts';
import { coverText } from './documents/plan.ts';
import { supported } from './history/answer.ts';
import { passagesOf } from './history/passages.ts';
import { tagsIn } from './history/tags.ts';
import { kazakhWords, plainWords, soundOf } from './history/words.ts';
import { undresses } from './images/undress.ts';
import { believed } from './recordings/believe.ts';
import { paragraphsOf, segmentsOf, textOf } from './recordings/cues.ts';
import { passageMeant } from './recordings/passage.ts';
import { readName, speakersOf } from './recordings/speakers.ts';
import { firstWords, readTitle } from './recordings/title.ts';
import { transcriptInRow, transcriptOfCues, transcriptOfText } from './recordings/transcript.ts';
import { termsIn } from './recordings/vocabulary.ts';

/**
 * What a process does with a text by itself, not in a child with limits: nobody else's turn comes meanwhile, so none of it
 * may take more than in proportion to the text. As in `media/growth.test.ts`.
 */
const MOST = 6;
const SLACK_MS = 150;
const SIZE = 25_000;

const cpuMs = (work: () => unknown): number => {
  const from = process.cpuUsage();
  work();
  return process.cpuUsage(from).user / 1_000;
};

/** Words of which none is another, in whatever letters. */
const different = (size: number, from: string, between = ' '): string => {
  const letters = 'абвгдежзиклмнопрстуфхц';
  const words = Array.from({ length: Math.ceil(size / 8) }, (_one, n) =>
    n
      .toString(letters.length)
      .padStart(5, '0')
      .replaceAll(/./g, (digit) => letters[Number.parseInt(digit, letters.length)] ?? ''),
  );
  return words
    .map((word) => from + word)
    .join(between)
    .slice(0, size);
};

const of = (unit: string) => (size: number) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

const SHAPES: Readonly<Record<string, (size: number) => string>> = {
  ...Object.fromEntries(
    [
      'a',
      'Я',
      ' ',
      '.',
      '"',
      '»',
      '-',
      '7',
      '\n\t',
      '\n[',
      '[1',
      '\n[1] ',
      'a@',
      'a.',
      '@a.',
      'Аа ',
      'Аа-',
      'А ',
      'ул. ',
    ]
      .concat([
        'Mr. ',
        'Иван ',
        '7 ',
        '7-',
        '+7 ',
        '(7',
        'Да. ',
        '. ',
        '1 A ',
        'сними с ',
        'take off the ',
        'ә',
        '😀',
        '\u0301',
        'ы\u0301',
      ])
      .concat(['= ', 'а=', 'голос 1 - ', 'ул. А', 'д. 1 ', '<w>', '{', '\\', "'", '’', '|', '—', ', ', ';'])
      .map((unit) => [JSON.stringify(unit), of(unit)]),
  ),
  'different words': (size) => different(size, 'я'),
  'different names': (size) => different(size, 'И'),
  'different names in the middle': (size) => different(size, 'И', ' и '),
  'different lines': (size) => different(size, 'я', '\n'),
  'different addresses': (size) => different(size, 'я', '@а.kz '),
};

const segmentsIn = (text: string) => transcriptOfText(text).segments;
const WRITTEN = 'Анна и Иван, 7 да. '.repeat(20);

const STEPS: Readonly<Record<string, (text: string) => unknown>> = {
  'hiding what is personal': (text) => createMask().hide(text),
  'its lines': (text) => {
    const numberedText = numbered(linesOf(transcriptOfText(text)), []);
    return [numbersIn(numberedText), coverText(numberedText, 12_000)];
  },
  'its passages and words': (text) => {
    const lines = linesOf(transcriptOfText(text)).map((one) => ({
      line: one.number,
      startMs: null,
      text: one.text,
    }));
    return [passagesOf(lines), plainWords(text), kazakhWords(text, 'kk'), soundOf(text)];
  },
  'its paragraphs': (text) => [paragraphsOf(segmentsIn(text)), textOf({ segments: segmentsIn(text) })],
  'what its row tells': (text) => transcriptInRow({ language: null, durationMs: null, segments: null, text }),
  'its title, a name, terms, tags': (text) => [
    firstWords(text),
    readTitle(text),
    readName(text),
    termsIn(text),
    tagsIn(text),
  ],
  'whether it undresses': (text) => undresses(text),
  'what a recogniser made up': (text) => believed({ text, segments: [] }, { voicedMs: 60_000 }),
  'a correction of it': (text) =>
    passageMeant(
      {
        segments: segmentsIn(text).map(({ startMs, endMs, text: said }) => ({ startMs, endMs, text: said })),
      },
      WRITTEN,
    ),
  'a quote of it': (text) =>
    supported({ answer: 'да', quotes: [{ line: 1, quote: text }] }, [
      { recordingId: '', documentId: null, line: { line: 1, startMs: null, text } },
    ]),
};

describe.each(Object.entries(STEPS))('time of %s grows no faster than a text', (_step, work) => {
  test.each(Object.entries(SHAPES))('of %s', (_shape, make) => {
    expect(tooLong((size) => make(size), work)).toBeNull();
  });
});

const cuesOf = (count: number) =>
  Array.from({ length: count }, (_one, n) => ({
    startMs: n,
    endMs: n + 1,
    speaker: `Голос ${n}`,
    text: 'Да.',
  }));
const wordsOf = (count: number) =>
  Array.from({ length: count }, (_one, n) => ({ startMs: n, endMs: n, text: 'а', speaker: n }));

test.each(
  Object.entries({
    'cues of as many speakers': (count: number) => {
      const transcript = transcriptOfCues(cuesOf(count));
      return [speakersOf({ speakerNames: null }, transcript), linesOf(transcript)];
    },
    'words of as many speakers': (count: number) => segmentsOf(wordsOf(count)),
    'words without an end': (count: number) =>
      segmentsOf(wordsOf(count).map((word) => ({ ...word, speaker: 0 }))),
  }),
)('%s', (_shape, work) => {
  expect(tooLong((count) => count, work, SIZE / 2)).toBeNull();
});

/** Null, or what was too long of it. */
function tooLong<T>(make: (size: number) => T, work: (made: T) => unknown, size = SIZE): string | null {
  const large = make(size * 4);
  let most = cpuMs(() => work(large));
  if (most <= SLACK_MS) return null;
  const small = make(size);
  let least = cpuMs(() => work(small));
  for (let n = 0; n < 3 && most > least * MOST + SLACK_MS; n++) {
    least = Math.min(
      least,
      cpuMs(() => work(small)),
    );
    most = Math.min(
      most,
      cpuMs(() => work(large)),
    );
  }
  return most <= least * MOST + SLACK_MS ? null : `${least} ms, and ${most} ms of four times as much`;
}

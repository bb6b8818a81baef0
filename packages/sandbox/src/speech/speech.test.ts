import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { symbolsOfWord, wordOfSymbols } from './alphabet.ts';
import { LISTEN_RATE } from './analysis.ts';
import { decodeSamples, decodeSpeech } from './decode.ts';
import { encodeSpeech, type EncodeOptions, writeSpeechOfMinutes } from './encode.ts';
import { ffmpegOutput, runFfmpeg } from './ffmpeg.ts';
import { FRAGMENT } from './reading.ts';
import { pairsOfWord } from './synthesis.ts';
import { SYMBOL_MS } from './tones.ts';

const RUSSIAN = 'Сегодня мы обсудили новый договор с поставщиком, и решили подписать его до пятницы.'.split(
  ' ',
);
const MIXED = [
  ...RUSSIAN,
  'Қазақстан',
  'Республикасы',
  'OpenAI',
  'API',
  '2026?',
  '«кавычки»',
  '25%',
  '日本',
  '👍🏽',
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'aisha-speech-test-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function heard(bytes: Buffer, name: string): Promise<string[]> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return (await decodeSpeech(file)).words.map((word) => word.text);
}

/** A word as people write it: letters of one alphabet, perhaps a capital, perhaps a mark at its end. */
const letters = (alphabet: string): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength: 1, maxLength: 14 });
const word = fc
  .tuple(
    fc.oneof(
      letters('абвгдеёжзийклмнопрстуфхцчшщъыьэюя'),
      letters('аәбвгғдежзийкқлмнңоөпрстуұүфхһцчшыі'),
      letters('abcdefghijklmnopqrstuvwxyz'),
      letters('0123456789'),
    ),
    fc.boolean(),
    fc.constantFrom('', '', '', ',', '.', '?', '!', ':'),
  )
  .map(([text, capital, mark]) => (capital ? text.charAt(0).toUpperCase() + text.slice(1) : text) + mark);

describe('the alphabet', () => {
  it('gives back every word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }), (text) => {
        fc.pre(!/\s/u.test(text) && text.normalize('NFC') !== '');
        expect(wordOfSymbols(symbolsOfWord(text))).toBe(text.normalize('NFC'));
      }),
    );
  });

  it('refuses what could not come back as one word', () => {
    expect(() => symbolsOfWord('')).toThrow(RangeError);
    expect(() => symbolsOfWord('два слова')).toThrow(RangeError);
    expect(() => symbolsOfWord('я'.repeat(73))).toThrow(RangeError);
  });

  it('says a Russian word of seven letters in half a second', () => {
    expect(pairsOfWord('договор').length * SYMBOL_MS).toBeLessThanOrEqual(500);
  });
});

describe('speech through codecs', () => {
  const codecs: (EncodeOptions & { name: string })[] = [
    { name: 'a.wav', format: 'wav' },
    { name: 'a.ogg', format: 'ogg', bitrate: 24_000 },
    { name: 'b.ogg', format: 'ogg', bitrate: 16_000 },
    { name: 'c.ogg', format: 'ogg', bitrate: 16_000, noise: 0.01 },
    { name: 'a.mp3', format: 'mp3', bitrate: 64_000 },
    { name: 'b.mp3', format: 'mp3', bitrate: 32_000 },
    { name: 'a.m4a', format: 'm4a' },
    { name: 'a.webm', format: 'webm' },
    { name: 'a.mp4', format: 'mp4' },
    { name: 'a.flac', format: 'flac' },
  ];
  it.each(codecs)('$name at $bitrate, noise $noise', { timeout: 30_000 }, async ({ name, ...options }) => {
    expect(await heard(await encodeSpeech(MIXED, options), name)).toEqual(MIXED);
  });

  it.each([
    { name: 'p.ogg', format: 'ogg', bitrate: 24_000 },
    { name: 'q.ogg', format: 'ogg', bitrate: 16_000 },
    { name: 'p.mp3', format: 'mp3', bitrate: 48_000 },
  ] as const)('any words through $name at $bitrate', { timeout: 60_000 }, async ({ name, ...options }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 60, maxLength: 120 }), async (words) => {
        expect(await heard(await encodeSpeech(words, options), name)).toEqual(words);
      }),
      { numRuns: 4 },
    );
  });

  it('survives what a product does to sound: loudness, stereo, 16 kHz, a second and a third codec', async () => {
    const first = path.join(folder, 'first.ogg');
    await writeFile(first, await encodeSpeech(MIXED, { format: 'ogg', noise: 0.003 }));
    const second = path.join(folder, 'second.mp3');
    await runFfmpeg({
      args: ['-y', '-i', first, '-af', 'volume=-20dB', '-ac', '2', '-ar', '44100', '-b:a', '48k', second],
    });
    const third = path.join(folder, 'third.ogg');
    await runFfmpeg({
      args: [
        '-y',
        '-i',
        second,
        '-af',
        'loudnorm',
        '-ac',
        '1',
        '-ar',
        '16000',
        '-c:a',
        'libopus',
        '-b:a',
        '16k',
        '-application',
        'voip',
        third,
      ],
    });
    const { words } = await decodeSpeech(third);
    expect(words.map((each) => each.text)).toEqual(MIXED);
  });

  it('tells times and speakers', async () => {
    const bytes = await encodeSpeech(['раз', 'два', 'три'], {
      format: 'ogg',
      leadMs: 1000,
      wordMs: 2000,
      speaker: (index) => index % 2,
    });
    const { words, duration } = await decodeSpeech(bytes);
    expect(words.map((each) => each.speaker)).toEqual(['A', 'B', 'A']);
    expect(words.map((each) => Math.abs(each.start - Math.round(each.start)))).toEqual(
      words.map(() => expect.closeTo(0, 1)),
    );
    expect(words.map((each) => Math.round(each.start))).toEqual([1, 3, 5]);
    for (const each of words) expect(each.end - each.start).toBeCloseTo(0.28, 1);
    expect(duration).toBeCloseTo(7.2, 1);
  });
});

describe('speech that was cut', () => {
  const pcm = async (words: string[]): Promise<Int16Array> => {
    const wav = await encodeSpeech(words, { format: 'ogg', gapMs: 200 });
    const raw = await ffmpegOutput({
      args: ['-i', 'pipe:0', '-ar', String(LISTEN_RATE), '-ac', '1', '-f', 's16le', 'pipe:1'],
      input: [wav],
    });
    return new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
  };
  const texts = (samples: Int16Array): string[] => decodeSamples(samples).words.map((each) => each.text);

  it('in a gap gives exactly the words of each part', async () => {
    const samples = await pcm(RUSSIAN);
    const { words } = decodeSamples(samples);
    expect(words.map((each) => each.text)).toEqual(RUSSIAN);
    for (let n = 1; n < words.length; n += 1) {
      const at = Math.round((((words[n - 1]?.end ?? 0) + (words[n]?.start ?? 0)) / 2) * LISTEN_RATE);
      expect(texts(samples.slice(0, at))).toEqual(RUSSIAN.slice(0, n));
      expect(texts(samples.slice(at))).toEqual(RUSSIAN.slice(n));
    }
  });

  it('in a word never gives that word twice, and says that something was cut', async () => {
    const samples = await pcm(['первое', 'поставщиком', 'последнее']);
    const { words } = decodeSamples(samples);
    const middle = words[1];
    if (!middle) throw new Error('the middle word was not heard');
    for (let at = middle.start + 0.005; at < middle.end; at += 0.013) {
      const cut = Math.round(at * LISTEN_RATE);
      const left = texts(samples.slice(0, cut));
      const right = texts(samples.slice(cut));
      expect(left[0]).toBe('первое');
      expect(right.at(-1)).toBe('последнее');
      const rest = [...left.slice(1), ...right.slice(0, -1)];
      expect(rest.filter((text) => text !== FRAGMENT && text !== 'поставщиком')).toEqual([]);
      expect(rest.filter((text) => text === 'поставщиком').length).toBeLessThanOrEqual(1);
      const nearEdge = at - middle.start < 0.05 || middle.end - at < 0.05;
      const pieces = rest.filter((text) => text === FRAGMENT).length;
      expect(nearEdge || pieces === 2).toBe(true);
    }
  });
});

describe('sound that is no coded speech', () => {
  it.each([
    ['a sine', 'sine=frequency=440:duration=5'],
    ['white noise', 'anoisesrc=duration=5:amplitude=0.3:seed=7'],
    ['brown noise', 'anoisesrc=duration=5:amplitude=0.5:color=brown:seed=7'],
    ['silence', 'anullsrc=duration=5'],
    ['a chord', 'aevalsrc=0.2*sin(2*PI*261.6*t)+0.2*sin(2*PI*329.6*t)+0.2*sin(2*PI*392*t):d=5'],
    [
      'synthetic human speech',
      'flite=text=Good morning everybody and welcome to the weekly meeting of our team',
    ],
  ])('%s has no words', async (_name, source) => {
    const bytes = await ffmpegOutput({
      args: ['-f', 'lavfi', '-t', '5', '-i', source, '-f', 'wav', 'pipe:1'],
    });
    const { words, duration } = await decodeSpeech(bytes);
    expect(words.filter((each) => each.whole)).toEqual([]);
    expect(words.length).toBeLessThanOrEqual(2);
    expect(duration).toBeGreaterThan(1);
  });

  it('is refused when it is no sound at all', async () => {
    await expect(decodeSpeech(Buffer.from('not audio'))).rejects.toThrow(/invalid data/iu);
    await expect(decodeSpeech(path.join(folder, 'absent.ogg'))).rejects.toThrow(/no such file/iu);
  });
});

describe('long speech', () => {
  it('is made from a word list and read far quicker than it lasts', { timeout: 60_000 }, async () => {
    const file = path.join(folder, 'long.ogg');
    await writeSpeechOfMinutes(file, 10, RUSSIAN);
    const started = performance.now();
    const { words, duration } = await decodeSpeech(file);
    const seconds = (performance.now() - started) / 1000;
    expect(duration).toBeGreaterThan(590);
    expect(duration).toBeLessThan(601);
    expect(words.every((each, n) => each.text === RUSSIAN[n % RUSSIAN.length])).toBe(true);
    expect(words.length).toBeGreaterThan(900);
    // 100 times real time on a machine to itself; the bound leaves room for neighbours.
    expect(seconds).toBeLessThan(duration / 25);
  });
});

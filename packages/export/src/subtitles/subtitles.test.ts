import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebVTTParser } from 'webvtt-parser';
import type { Spoken } from '../blocks.ts';
import { cuesOf } from './cues.ts';
import { toSrt, toVtt } from './formats.ts';

const letters = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const words = fc.oneof(
  fc.constantFrom('Да.', 'договор', 'ұйымдастырушы', 'и', 'срок?', '-->', '<i>', '&', '«Нет»', '\n'),
  letters,
);
/** Speech at the speed of people, sometimes two at once, now and then a long silence. */
const speech: fc.Arbitrary<Spoken[]> = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: -1_500, max: 9_000 }),
      text: fc.array(words, { minLength: 1, maxLength: 40 }).map((all) => all.join(' ')),
      speaker: fc.constantFrom(null, 'Анна', 'Ғалым <директор>'),
      msPerCharacter: fc.integer({ min: 40, max: 200 }),
    }),
    { maxLength: 30 },
  )
  .map((items) => {
    let at = 0;
    return items.map(({ gapMs, text, speaker, msPerCharacter }) => {
      const startMs = Math.max(0, at + gapMs);
      at = startMs + text.length * msPerCharacter;
      return { startMs, endMs: at, speaker, text };
    });
  });

const paper = (items: readonly Spoken[]) => ({
  title: 'x',
  language: 'ru',
  form: 'plain' as const,
  words: { absent: '', task: '', owner: '', due: '', moment: '' },
  recordedAt: '',
  blocks: [{ block: 'speech' as const, items }],
});
const seconds = (clock: string) => {
  const [hours = 0, minutes = 0, rest = 0] = clock.replace(',', '.').split(':').map(Number);
  return hours * 3_600 + minutes * 60 + rest;
};

/** SubRip to the letter: numbers from 1, a line of times, one or two lines of text, an empty line. */
function strictSrt(text: string) {
  const time = String.raw`(\d{2,}:[0-5]\d:[0-5]\d,\d{3})`;
  const entries = text === '' ? [] : text.trimEnd().split('\n\n');
  return entries.map((entry, i) => {
    const [number, times = '', ...lines] = entry.split('\n');
    const [, from, to] = new RegExp(`^${time} --> ${time}$`).exec(times) ?? [];
    const isText = lines.length > 0 && lines.every((line) => line !== '' && !line.includes('-->'));
    if (number !== String(i + 1) || from === undefined || to === undefined || !isText)
      throw new Error(`not SubRip: ${entry}`);
    return { start: seconds(from), end: seconds(to), lines };
  });
}

test('subtitles hold to their rules, whatever was said: lines, lengths, order, no overlap, no word lost', () => {
  fc.assert(
    fc.property(speech, (items) => {
      const cues = strictSrt(toSrt(paper(items)));
      for (const [i, { start, end, lines }] of cues.entries()) {
        expect(lines.length).toBeLessThanOrEqual(2);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
        expect(end - start).toBeGreaterThanOrEqual(0.999);
        expect(end - start).toBeLessThanOrEqual(7.001);
        expect(start).toBeGreaterThanOrEqual((cues[i - 1]?.end ?? 0) - 0.001);
      }
      const parsed = new WebVTTParser().parse(toVtt(paper(items)), 'subtitles');
      expect(parsed.errors).toEqual([]);
      expect(parsed.cues).toHaveLength(cuesOf(items).length);
    }),
    { numRuns: 60 },
  );
});

test('cues follow the words within a second, keep each word once, and stay as long as they are read', () => {
  const said = 'мы обсудили новый договор и решили подписать его до конца месяца потому что срок вышел'.split(
    ' ',
  );
  const items = Array.from({ length: 60 }, (_item, i): Spoken => {
    const startMs = i * 6_000;
    const timed = said.map((text, n) => ({
      text,
      startMs: startMs + n * 350,
      endMs: startMs + n * 350 + 300,
    }));
    return {
      startMs,
      endMs: startMs + 5_500,
      speaker: i % 2 ? 'Анна' : 'Пётр',
      text: said.join(' '),
      words: timed,
    };
  });
  const cues = cuesOf(items);
  expect(cues.flatMap(({ lines }) => lines.join(' ').split(' '))).toEqual(items.flatMap(() => said));
  const all = items.flatMap((one) => one.words ?? []);
  let n = 0;
  for (const cue of cues) {
    expect(Math.abs(cue.startMs - (all[n]?.startMs ?? 0))).toBeLessThan(1_000);
    n += cue.lines.join(' ').split(' ').length;
    const length = cue.lines.join(' ').length;
    expect(length / ((cue.endMs - cue.startMs) / 1_000)).toBeLessThan(25);
  }
  expect(toSrt(paper(items))).toContain('Пётр: мы обсудили');
  expect(toVtt(paper(items))).toContain('<v Анна>');
});

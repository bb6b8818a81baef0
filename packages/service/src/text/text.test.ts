import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canBeSeen, isolated } from './seen.ts';
import { charactersOf, shorten } from './shorten.ts';
import { storable, storableJson } from './storable.ts';

/** Any code units: halves of pairs, NUL, marks, joiners, flags, all kinds of letters. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
        fc.constantFrom('👨‍👩‍👧‍👦', '🇰🇿', 'е\u0301', '𝐀', '\ud835', '\udc00', '\0', '\u202e', 'ش', ' ', '\n', 'ң'),
      ),
      { maxLength: 60 },
    )
    .map((units) => units.join('')),
);

describe('a shortened text', () => {
  test.each(['utf16', 'bytes'] as const)('is as short as asked, whole, and says so, in %s', (unit) => {
    const sizeOf = (text: string) => (unit === 'bytes' ? Buffer.byteLength(text) : text.length);
    fc.assert(
      fc.property(anyText, fc.nat(80), fc.boolean(), (text, most, atWord) => {
        const short = shorten(text, most, { unit, atWord });
        expect(sizeOf(short)).toBeLessThanOrEqual(most);
        expect(short.isWellFormed()).toBe(true);
        const clean = text.toWellFormed();
        const said = short.endsWith('…') && clean.startsWith(short.slice(0, -1));
        const noRoom = short === '' && most <= sizeOf('…');
        expect(sizeOf(clean) <= most ? short === clean : said || noRoom).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('cuts between characters as people see them', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(shorten(family.repeat(3), family.length * 2 + 5)).toBe(`${family.repeat(2)}…`);
    expect(shorten('е\u0301'.repeat(5), 6)).toBe(`${'е\u0301'.repeat(2)}…`);
    expect(shorten('🇰🇿🇰🇿🇰🇿', 9)).toBe('🇰🇿🇰🇿…');
    // One character that alone is longer than all the room: at least no pair is cut.
    expect(shorten(family.repeat(2), 5)).toBe('👨‍…');
    expect(shorten('\u{1d400}'.repeat(5), 8)).toBe(`${'\u{1d400}'.repeat(3)}…`);
    expect(shorten('протокол совещания', 30, { unit: 'bytes' })).toBe('протокол совещ…');
  });

  test('ends at a word where one is near', () => {
    expect(shorten('one two three four five', 18, { notice: ' (cut)', atWord: true })).toBe('one two (cut)');
  });
});

describe('what is storable', () => {
  const isFit = (text: string) => text.isWellFormed() && !text.includes('\0');

  test('is any text without NUL and without halves; what was fit stays as it was', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isFit(storable(text))).toBe(true);
        expect(!isFit(text) || storable(text) === text).toBe(true);
      }),
    );
  });

  test('is any JSON, keys included, in the same shape', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), anyText, (value, text) => {
        const json = storableJson({ value, [text]: [text, { text }] });
        expect(/\\u0000/.test(json.replaceAll('\\\\', ''))).toBe(false);
        expect(JSON.parse(json)).toEqual(
          storable(JSON.parse(JSON.stringify({ value, [text]: [text, { text }] }))),
        );
      }),
    );
  });

  test('is a text that only speaks of such a sign, and a file', () => {
    expect(storableJson({ said: String.raw`\u0000 \ud835` })).toBe(
      JSON.stringify({ said: String.raw`\u0000 \ud835` }),
    );
    const file = { source: Buffer.from([0, 1]), filename: 'a\ud835.txt' };
    expect(storable({ document: file }).document).toEqual({ source: file.source, filename: 'a\ufffd.txt' });
  });
});

describe('a name', () => {
  test.each([
    '\u200f\u200e',
    '\u200b\u200d',
    '\u0301\u0301',
    '\u00a0\u3000',
    '\u3164\u115f',
    '\u2800\u2800',
    '\ufe0f',
    '\u{e0041}',
    '',
  ])('of nothing that can be seen: %j', (name) => expect(canBeSeen(name)).toBe(false));
  test.each(['Аня', '👨‍👩‍👧', '1', '漢', 'سارة', '\u200fа', '?'])('that can be seen: %j', (name) =>
    expect(canBeSeen(name)).toBe(true),
  );

  test('turns nothing beside it', () => {
    expect(isolated('Аня 👩')).toBe('Аня 👩');
    expect(isolated('سارة')).toBe('\u2068سارة\u2069');
    expect(isolated('a\u202egnp.exe')).toBe('\u2068a\u202egnp.exe\u2069');
    expect(isolated('a\u2069\u202eb')).toBe('\u2068a\u202eb\u2069');
  });
});

test('characters are those that people count', () => {
  expect(charactersOf('е\u0301👨‍👩‍👧‍👦🇰🇿')).toHaveLength(3);
});

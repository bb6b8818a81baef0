import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sectionsOf } from './sections.ts';

const text = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n\n', '. ', ' ', '🎉', 'слово')), {
    maxLength: 400,
  })
  .map((pieces) => pieces.join(''));

describe('sections of a text', () => {
  test('joined are the whole text, none is longer than the limit and none is empty', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 80 }), (whole, limit) => {
        const sections = sectionsOf(whole, limit);
        expect(sections.join('')).toBe(whole);
        for (const section of sections) expect(section.length).toBeLessThanOrEqual(limit);
        expect(sections.filter((section) => section === '')).toHaveLength(whole === '' ? 1 : 0);
      }),
    );
  });

  test('never break a character', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (whole, limit) => {
        for (const section of sectionsOf(whole, limit)) expect(section.isWellFormed()).toBe(true);
      }),
    );
    expect(sectionsOf('😀'.repeat(10), 3).every((one) => one.isWellFormed())).toBe(true);
  });

  test('end with a paragraph, else with a sentence, else with a word', () => {
    expect(sectionsOf('Один. Два.\n\nТри четыре пять', 18)).toEqual(['Один. Два.\n\n', 'Три четыре пять']);
    expect(sectionsOf('Первое слово. Второе предложение', 20)).toEqual([
      'Первое слово. ',
      'Второе предложение',
    ]);
    expect(sectionsOf('раз два три четыре', 12)).toEqual(['раз два три ', 'четыре']);
    expect(sectionsOf('оченьдлинноеслово', 10)).toEqual(['оченьдлинн', 'оеслово']);
  });

  test('of an empty text are one empty section', () => expect(sectionsOf('', 10)).toEqual(['']));
});

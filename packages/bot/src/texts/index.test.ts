import { describe, expect, it } from 'vitest';

import { createTexts, type TextKey } from './index.ts';

const texts = createTexts();

describe('plural forms', () => {
  const table: [TextKey, Record<number, string>][] = [
    [
      'avatars.title',
      {
        1: 'У вас 1 аватар:',
        2: 'У вас 2 аватара:',
        5: 'У вас 5 аватаров:',
        11: 'У вас 11 аватаров:',
        21: 'У вас 21 аватар:',
      },
    ],
    [
      'promo.accepted',
      {
        1: '🎉 Промокод принят: +1 кредит.',
        2: '🎉 Промокод принят: +2 кредита.',
        5: '🎉 Промокод принят: +5 кредитов.',
        21: '🎉 Промокод принят: +21 кредит.',
      },
    ],
    ['photos.more', { 1: 'Нужна ещё хотя бы 1.', 3: 'Нужны ещё хотя бы 3.', 10: 'Нужно ещё хотя бы 10.' }],
  ];

  it.each(table)('%s reads right in Russian', (key, expected) => {
    for (const [count, text] of Object.entries(expected))
      expect(texts.plain('ru', key, { count: Number(count) })).toBe(text);
  });

  it('follow each language', () => {
    expect([1, 2, 21].map((count) => texts.html('en', 'promo.accepted', { count }))).toEqual([
      '🎉 Promo code accepted: +1 credit.',
      '🎉 Promo code accepted: +2 credits.',
      '🎉 Promo code accepted: +21 credits.',
    ]);
    expect([1, 2, 21].map((count) => texts.html('kk', 'promo.accepted', { count }))).toEqual([
      '🎉 Промокод қабылданды: +1 кредит.',
      '🎉 Промокод қабылданды: +2 кредит.',
      '🎉 Промокод қабылданды: +21 кредит.',
    ]);
  });

  it('are not needed by a text that reads the same for any number', () => {
    expect(texts.html('ru', 'training.summary', { count: 12 })).toBe('Фотографий: 12. Выберите качество:');
  });
});

describe('parameters', () => {
  const name = '<b>&"';

  it('are escaped in HTML and left alone elsewhere', () => {
    expect(texts.html('en', 'photos.title', { name })).toBe('<b>&lt;b&gt;&amp;&quot;</b> — photos');
    expect(texts.plain('en', 'avatar.renamed', { name })).toBe('It’s called “<b>&"” now.');
    expect(texts.html('en', 'avatar.renamed', { name })).toBe('It’s called “&lt;b&gt;&amp;&quot;” now.');
  });

  it('are never read as a template, a nested text or a replacement pattern', () => {
    for (const hostile of ['{{name}}', '$t(menu.help)', "$& $1 $' $`", '{{count}} $t(button.back)'])
      expect(texts.plain('ru', 'avatar.renamed', { name: hostile })).toBe(`Теперь это «${hostile}».`);
  });

  it('are never read as options of the translator', () => {
    const params = { name: 'A', lng: 'en', context: 'x', ns: 'y', defaultValue: 'z', ordinal: 1 };
    expect(texts.plain('ru', 'avatar.renamed', params)).toBe('Теперь это «A».');
  });
});

it('speaks the language it is asked for, whatever was asked before', () => {
  const languages = ['kk', 'en', 'ru', 'kk'] as const;
  expect(languages.map((language) => texts.plain(language, 'button.back'))).toEqual([
    '‹ Артқа',
    '‹ Back',
    '‹ Назад',
    '‹ Артқа',
  ]);
});

it('shows dates in the time of Kazakhstan, day first', () => {
  const evening = new Date('2026-11-21T20:05:00Z');
  expect(texts.date('ru', evening)).toBe('22.11.2026, 01:05');
  expect(texts.date('kk', evening)).toBe('22.11.2026, 01:05');
  expect(texts.date('en', evening)).toBe('22 Nov 2026, 01:05');
});

it.each([
  [0, '0:00'],
  [999, '0:01'],
  [65_000, '1:05'],
  [3_599_400, '59:59'],
  [3_599_600, '1:00:00'],
  [3_753_000, '1:02:33'],
  [-5, '0:00'],
])('shows %i ms as %s', (ms, shown) => {
  expect(texts.duration('ru', ms)).toBe(shown);
});

it('shows sizes in units of 1024', () => {
  const sizes = [0, 1023, 1024, 1_500_000, 20 * 1024 ** 2, 2 * 1024 ** 3, 3 * 1024 ** 4];
  const shown = (language: 'ru' | 'en') =>
    sizes.map((bytes) => texts.size(language, bytes).replaceAll(/\s/g, ' '));
  expect(shown('ru')).toEqual(['0 Б', '1 023 Б', '1 КБ', '1,4 МБ', '20 МБ', '2 ГБ', '3 072 ГБ']);
  expect(shown('en')).toEqual(['0 B', '1,023 B', '1 KB', '1.4 MB', '20 MB', '2 GB', '3,072 GB']);
});

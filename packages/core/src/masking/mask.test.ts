import { describe, expect, test } from 'vitest';
import { createMask } from './mask.ts';

const TEXT = `[1] Анна Петрова: Добрый день, с нами Ғалым Өтегенұлы и Сергей Павлович.
[2] Позвоните Анне по номеру +7 (701) 123-45-67 или пишите на anna.petrova@example.kz.
[3] ИИН 850101300123, карта 4400 4301 2345 6789, адрес: улица Абая, дом 12, кв. 5.
[4] Ольга отправит договор. Мы решили подписать его 12 марта 2026 года за 150 тысяч рублей.
[5] Отчёт готов. Kate will call Dr. Brown on Monday; I agree.`;
const SECRETS = [
  /Анн/,
  /Петров/,
  /Ғалым/,
  /Өтеген/,
  /Серге/,
  /Павлович/,
  /701/,
  /example/,
  /850101/,
  /4400/,
  /Абая/,
  /Ольг/,
  /Kate/,
  /Brown/,
];

describe('personal data', () => {
  test('is hidden in every form, and everything else stays', () => {
    const hidden = createMask().hide(TEXT);
    for (const secret of SECRETS) expect(hidden).not.toMatch(secret);
    for (const rest of [
      '[4] ',
      'отправит договор',
      '12 марта 2026 года',
      '150 тысяч',
      'Добрый день',
      'Отчёт готов',
      'on Monday',
    ])
      expect(hidden).toContain(rest);
  });

  test('is put back as it was, in whatever comes in return; forms of one name have one number', () => {
    const mask = createMask(['Ғалым']);
    const hidden = mask.hide(TEXT);
    expect(mask.restoreIn({ all: [hidden], n: 4, none: null })).toEqual({ all: [TEXT], n: 4, none: null });
    const [, first = '', second = ''] =
      /^\[1\] (PERSON_\d+) [^]*Позвоните (PERSON_\d+_\d+)/u.exec(hidden) ?? [];
    expect(second.startsWith(`${first}_`)).toBe(true);
    expect(mask.restoreIn('PERSON_1_9 и PERSON_77')).toBe('Анна и PERSON_77');
  });

  test('of documents that are merged is hidden in their strings alone', () => {
    const mask = createMask();
    const documents = [{ title: 'Договор', tasks: [{ task: 'Позвонить\nАнне', moment: 850_101_300_123 }] }];
    const hidden = JSON.stringify(mask.hideIn(documents));
    expect(hidden).not.toContain('Анн');
    expect(hidden).toContain('"moment":850101300123');
    expect(mask.restoreIn(JSON.parse(hidden))).toEqual(documents);
  });
});

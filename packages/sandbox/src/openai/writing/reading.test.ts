import { describe, expect, it } from 'vitest';
import { datesIn, dueIn, isoDateIn, namesIn } from './facts.ts';
import { matchingString } from './patterns.ts';
import { spread } from './sentences.ts';

describe('reading a text', () => {
  it.each([
    ['Встретились Анна Петрова, Иван и Нурлан Ахметов.', ['Анна Петрова', 'Иван', 'Нурлан Ахметов']],
    ['Kate Johnson told Tom about it.', ['Kate Johnson', 'Tom']],
    ['Сегодня Москва была красивой.', []],
    ['Айгүл мен Ерлан келді.', ['Ерлан']],
  ])('names in %s', (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it.each([
    ['Сдать отчёт до 15 марта, а не завтра.', 'до 15 марта'],
    ['Позвонить завтра.', 'завтра'],
    ['Send it by Friday or on Monday.', 'by Friday'],
    ['Жұмаға дейін жіберу керек.', 'Жұмаға дейін'],
    ['Сделать к 01.02.2026.', 'к 01.02.2026'],
    ['Сделать когда-нибудь.', null],
  ])('the deadline in %s', (text, due) => {
    expect(dueIn(text)).toBe(due);
  });

  it.each([
    ['12 марта 2026 года', '2026-03-12'],
    ['on March 5, 2026', '2026-03-05'],
    ['5 March 2026', '2026-03-05'],
    ['01.02.2026', '2026-02-01'],
    ['2026-02-01', '2026-02-01'],
    ['31.31.2026', null],
    ['в марте', null],
  ])('the date in %s', (text, date) => {
    expect(isoDateIn(text)).toBe(date);
  });

  it('finds no dates in times and prices', () => {
    expect(datesIn('Это стоит 12,50 и длится 3:45 минут, версия 2.0.1.5')).toEqual([]);
  });

  it('makes strings of patterns', () => {
    for (const pattern of [
      '^[A-Z]{2}-\\d{3}$',
      '^(?:ab|cd)+x?$',
      '^\\+7\\d{10}$',
      '^[^a-z]{3}$',
      '^.{5}$',
      '^(?<year>\\d{4})$',
    ]) {
      expect(matchingString(pattern, [])).toMatch(new RegExp(pattern, 'u'));
    }
    expect(matchingString('^\\d{2}:\\d{2}$', ['в', '10:45'])).toBe('10:45');
    expect(matchingString('[', [])).toBeNull();
  });

  it('spreads evenly', () => {
    const sentences = Array.from({ length: 100 }, (_, n) => `Предложение ${n}.`);
    const few = spread(sentences, 4).map((sentence) => Math.floor(sentences.indexOf(sentence) / 25));
    expect(few).toEqual([0, 1, 2, 3]);
  });
});

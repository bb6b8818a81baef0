import { describe, expect, test } from 'vitest';
import { believed } from './believe.ts';

const of = (text: string, voicedMs: number, segments: Parameters<typeof believed>[0]['segments'] = []) =>
  believed({ text, segments }, { voicedMs }).text;

describe('an answer', () => {
  const said = 'Анна подготовит отчёт до пятницы. Иван согласен.';
  test('that the sound bears out stays as it is', () => {
    for (const text of [
      said,
      'Спасибо. До свидания.',
      'Да, да, да.',
      'Субтитры мы обсудим завтра.',
      '1.5 млн.\n\nВсё.',
    ])
      expect(of(text, text.length * 60)).toBe(text);
  });

  test.each([
    'Субтитры сделал DimaTorzok',
    'Субтитры создавал DimaTorzok.',
    'Редактор субтитров А.Семкин Корректор А.Егорова',
    'Субтитры подогнал «Симон»!',
    'Subtitles by the Amara.org community',
  ])('of nobody’s words is nothing, and is taken out of others’: %s', (credit) => {
    expect(of(credit, 2_000)).toBe('');
    expect(of(`${said} ${credit}`, 4_000)).toBe(said);
  });

  test.each([
    'Продолжение следует...',
    'Спасибо за просмотр!',
    'Thanks for watching!',
    'Thank you.',
    'Жалғасы бар.',
    'Музыка',
  ])('that much sound has only for %s is nothing; said at its usual pace it stays', (phrase) => {
    expect(of(phrase, 15_000)).toBe('');
    expect(of(phrase, 300)).toBe('');
    expect(of(phrase, 1_200)).toBe(phrase);
  });

  test('of one sentence over and over is nothing; within others it stands once', () => {
    expect(of('Я не знаю. '.repeat(30), 10_000)).toBe('');
    expect(of(`${said} ${'Я не знаю. '.repeat(30)}Конец.`, 30_000)).toBe(`${said} Я не знаю. Конец.`);
  });

  test('is without what the recogniser itself says is no speech', () => {
    const segments = [
      { text: 'Да.', start: 0, end: 1, noSpeech: 0.1, logLikelihood: -0.2 },
      { text: 'Ну вот и всё.', start: 1, end: 9, noSpeech: 0.9, logLikelihood: -1.4 },
    ];
    const { text, segments: kept } = believed({ text: 'Да. Ну вот и всё.', segments }, { voicedMs: 1_000 });
    expect(text).toBe('Да.');
    expect(kept).toEqual([segments[0]]);
  });
});

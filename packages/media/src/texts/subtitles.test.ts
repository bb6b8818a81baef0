import { describe, expect, test } from 'vitest';
import { subtitles } from './subtitles.ts';

const subtitleText = (text: string) => subtitles(text)?.text ?? null;

const of = (...lines: string[]) => subtitleText(lines.join('\n'));

/** Of a processor, which others on the machine take no part of. */
const cpuMs = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

describe('SRT', () => {
  test('is its words alone, numbers that are said among them', () => {
    expect(
      of(
        '1',
        '00:00:01,000 --> 00:00:04,000',
        '<i>В каком году?</i>',
        '',
        '2',
        '00:00:04,500 --> 00:00:06,000',
        '{\\an8}1984',
        '- Точно?',
        '',
        '',
        '3',
        '00:00:07,000 --> 00:00:09,000',
        'NOTE: это важно',
      ),
    ).toBe('В каком году?\n1984\n- Точно?\nNOTE: это важно');
  });

  test('without blank lines between cues is its words alone', () => {
    expect(
      of(
        '1',
        '00:00:01,000 --> 00:00:02,000',
        'First line',
        '2',
        '00:00:02,000 --> 00:00:03,000',
        'Second line',
        'if a < b and c > d, x <3',
      ),
    ).toBe('First line\nSecond line\nif a < b and c > d, x <3');
  });

  test('in which somebody says the same thing twice keeps both', () => {
    expect(
      of(
        ...['Да.', 'Да.', 'Нет, подождите.', 'Хорошо.', 'Хорошо.'].flatMap((said, i) => [
          String(i + 1),
          `00:00:0${i},000 --> 00:00:0${i},900`,
          said,
          '',
        ]),
      ),
    ).toBe('Да.\nДа.\nНет, подождите.\nХорошо.\nХорошо.');
  });
});

describe('WebVTT', () => {
  test('of a meeting keeps who says what', () => {
    expect(
      of(
        'WEBVTT',
        '',
        '00:00:00.000 --> 00:00:02.000',
        '<v Anna Petrova>I will send the budget by Friday.</v>',
        '',
        '00:00:02.100 --> 00:00:04.000',
        '<v Oleg Kim>Good, I approve it.</v>',
        '',
        '2c9f/13-0',
        '00:00:04.100 --> 00:00:05.000',
        '<v.loud Oleg Kim>And the rest',
        'next week.</v>',
      ),
    ).toBe(
      'Anna Petrova: I will send the budget by Friday.\nOleg Kim: Good, I approve it. And the rest next week.',
    );
  });

  test('of YouTube says every line once', () => {
    expect(
      of(
        'WEBVTT',
        'Kind: captions',
        'Language: en',
        '',
        '00:00:00.160 --> 00:00:03.429 align:start position:0%',
        ' ',
        'one<00:00:00.960><c> two</c><00:00:01.520><c> three</c>',
        '',
        '00:00:03.429 --> 00:00:03.439 align:start position:0%',
        'one two three',
        ' ',
        '',
        '00:00:03.439 --> 00:00:05.749 align:start position:0%',
        'one two three',
        'four<00:00:03.760><c> five</c>',
        '',
        '00:00:05.749 --> 00:00:05.759 align:start position:0%',
        'four five',
        ' ',
      ),
    ).toBe('one two three\nfour five');
  });

  test('that grows word by word says every line once', () => {
    expect(
      of(
        'WEBVTT',
        '',
        ...['мы', 'мы решили', 'мы решили подписать', 'Договор', 'Договор готов'].flatMap((said, i) => [
          `00:0${i}.000 --> 00:0${i + 1}.000`,
          said,
          '',
        ]),
      ),
    ).toBe('мы решили подписать\nДоговор готов');
  });

  test('is without head, styles and comments; a cue with an empty line in it is whole', () => {
    expect(
      of(
        'WEBVTT - заголовок',
        'Kind: captions',
        '',
        'STYLE',
        '::cue { color: red }',
        '',
        'NOTE так надо',
        '',
        'intro',
        '00:01.000 --> 00:04.000 align:start',
        '<v Анна>Tom &amp; Jerry &lt;3',
        '',
        'вторая часть той же реплики',
      ),
    ).toBe('Анна: Tom & Jerry <3 вторая часть той же реплики');
  });

  test('without any words is empty', () => {
    expect(subtitleText('WEBVTT\n\n1\n00:01.000 --> 00:02.000\n')).toBe('');
  });
});

test.each([
  [
    'SBV',
    '0:00:00.599,0:00:04.160\nHi, my name is Alice\nand this is Bob.\n\n0:00:04.160,0:00:06.000\nHello, Bob\n',
    'Hi, my name is Alice\nand this is Bob.\nHello, Bob',
  ],
  [
    'ASS',
    '[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nComment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,не сказано\nDialogue: 0,0:00:00.00,0:00:01.00,Default,Анна,0,0,0,,{\\i1}Да,{\\i0} завтра\\Nв десять\nDialogue: 0,0:00:01.00,0:00:02.00,Default,Анна,0,0,0,,Спасибо\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}',
    'Анна: Да, завтра в десять Спасибо',
  ],
  [
    'lyrics',
    '[ar:Someone]\n[00:12.00]Первая строка\n[00:15.30][01:15.30]Вторая строка\n',
    'Первая строка\nВторая строка',
  ],
  [
    'TTML',
    '<?xml version="1.0" encoding="utf-8"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><head><metadata>no</metadata></head><body><div><p begin="00:00:01.000" end="00:00:02.000">First<br/>line &amp; more</p>\n<p begin="00:00:02.500" end="00:00:03.000"><span>Second</span></p></div></body></tt>',
    'First\nline & more\nSecond',
  ],
])('%s is its words alone', (_name, text, words) => expect(subtitleText(text)).toBe(words));

test.each([
  'Обычный текст.\nВстреча в 10:30 --> в зале.',
  '',
  'if a < b and c > d',
  '[важно] прочитать\nдва',
])('ordinary text is no subtitles: %s', (text) => expect(subtitleText(text)).toBeNull());

describe('time grows with size alone', () => {
  const cue = '00:00:01.000 --> 00:00:02.000\n';
  test.each([
    ['<', '<'],
    ['an open voice', '<v '],
    ['an open mark', '<font '],
    ['an open override', '{\\'],
    ['an ampersand', '&a'],
    ['a time', '00:'],
    ['an arrow', ' --> '],
    ['a cue', `${cue}a\n`],
    ['an empty line', ' \n'],
    ['a bracket', '[00:01.00]'],
    ['an element', '<p>'],
  ])('of nothing but %s', (_name, one) => {
    for (const head of ['WEBVTT\n\n', `1\n${cue}`, '[Script Info]\n[Events]\nDialogue: ', '<tt>', '']) {
      const start = process.cpuUsage();
      subtitleText(head + one.repeat(2_000_000 / one.length));
      expect(cpuMs(start)).toBeLessThan(3_000);
    }
  });
});

import { describe, expect, test } from 'vitest';
import iconv from 'iconv-lite';
import { decodeText } from './encoding.ts';
import { subtitleText } from './text-file.ts';

const RUSSIAN =
  'Сегодня мы решили подписать договор.\nАнна отправит письмо Ивану до пятницы. Бюджет: 150 тысяч.';
const SHORT = 'Да, завтра в десять.';

describe('a text', () => {
  test.each(['utf8', 'utf16le', 'utf16be', 'win1251', 'koi8-r', 'cp866'])('in %s is read', (encoding) => {
    for (const text of [RUSSIAN, SHORT, 'Привет', 'Total: 5 рублей, see README'])
      expect(decodeText(iconv.encode(text, encoding))).toBe(text);
  });

  test.each(['utf8', 'utf16le', 'utf16be'])('in %s with its mark is read without it', (encoding) => {
    expect(decodeText(iconv.encode(RUSSIAN, encoding, { addBOM: true }))).toBe(RUSSIAN);
  });

  test.each([
    ['utf8', 'Бүгін кездесуде жобаны талқыладық 🎉 «иә»'],
    ['utf16le', 'Бүгін кездесуде жобаны талқыладық'],
    ['ascii', 'Hello, world. Nothing but ASCII.'],
    ['win1252', 'Grüße aus München, schöne Straße'],
    ['utf16le', 'Plain English in UTF-16'],
  ])('in %s: %s', (encoding, text) => expect(decodeText(iconv.encode(text, encoding))).toBe(text));

  test('has one kind of line end', () => {
    expect(decodeText(Buffer.from('a\r\nb\rc\n'))).toBe('a\nb\nc\n');
  });

  test.each([
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0])],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0', 'latin1')],
    ['an archive', Buffer.from('PK\x03\x04\x14\0\x08\0\x08\0abcdef', 'latin1')],
    ['noise', Buffer.from(Array.from({ length: 2_000 }, (_, i) => (i * 7919 + 13) % 256))],
  ])('%s by the name of a text is none', (_name, bytes) => expect(decodeText(bytes)).toBeNull());

  test('that is empty is empty', () => expect(decodeText(Buffer.alloc(0))).toBe(''));
});

describe('subtitles', () => {
  test('as SRT are their words alone, numbers that are said among them', () => {
    const srt = [
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
    ].join('\n');
    expect(subtitleText(srt)).toBe('В каком году?\n1984\n- Точно?\nNOTE: это важно');
  });

  test('as WebVTT are without head, styles, comments and voices', () => {
    const vtt = [
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
    ].join('\n');
    expect(subtitleText(vtt)).toBe('Tom & Jerry <3\nвторая часть той же реплики');
  });

  test('without any words are empty', () => {
    expect(subtitleText('WEBVTT\n\n1\n00:01.000 --> 00:02.000\n')).toBe('');
  });
});

import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { decodeText } from './encoding.ts';

const RUSSIAN = [
  'протокол совещания',
  'присутствовали иванов, петрова',
  'да, завтра в десять',
  'анна до пятницы подготовит отчёт о расходах',
  'хозяин объявил, что съезд переносится',
  'спасибо, до свидания',
  'мы обсудили бюджет и сроки поставки оборудования',
  'что делать с договором аренды, решит юрист',
  'цех вышел на проектную мощность ещё в июле',
];
const KAZAKH = [
  'бүгін кездесуде жобаны талқыладық',
  'әлия ертең есепті дайындайды',
  'қаржы бөлімі шығындарды тексереді',
  'өткен аптада біз келісімге қол қойдық',
  'үлкен рахмет, сау болыңыздар',
  'жиналыс жұма күні сағат онда өтеді',
  'ұсыныс бойынша ешкім қарсы болған жоқ',
  'һәм тағы бір мәселе бар, оны шешу керек',
];
const ENGLISH = [
  'the minutes of the meeting',
  'anna will send the budget by friday',
  'thanks, see you tomorrow',
];

const UNICODE = ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'];
const OF_RUSSIAN = [
  ...UNICODE,
  'windows-1251',
  'koi8-r',
  'koi8-u',
  'cp866',
  'iso-8859-5',
  'maccyrillic',
  'cp855',
  'pt154',
  'rk1048',
];
const OF_KAZAKH = [...UNICODE, 'pt154', 'rk1048'];
const OF_ENGLISH = [...UNICODE, 'windows-1251', 'koi8-r', 'cp866', 'windows-1252', 'maccyrillic'];

const sentence = (text: string) => (text[0]?.toUpperCase() ?? '') + text.slice(1);
const CASES = [
  (text: string) => text.toUpperCase(),
  (text: string) => text,
  sentence,
  // A speaker in capitals, the rest as usual.
  (text: string) => `${text.split(' ')[0]?.toUpperCase()}: ${sentence(text)}.`,
  (text: string) => text.split(' ').map(sentence).join(' '),
];

function texts(phrases: readonly string[], least: number) {
  return fc
    .tuple(
      fc.constantFrom(...CASES),
      fc.array(fc.constantFrom(...phrases), { minLength: least, maxLength: 60 }),
      fc.constantFrom('. ', '\n', ' - '),
    )
    .map(([change, many, between]) => many.map(change).join(between));
}

const SPACES: readonly [string, readonly string[], readonly string[], number][] = [
  ['Russian', OF_RUSSIAN, RUSSIAN, 1],
  ['Kazakh', OF_KAZAKH, KAZAKH, 1],
  ['English', OF_ENGLISH, ENGLISH, 1],
];

describe.each(SPACES)('%s', (_language, encodings, phrases, least) => {
  test.each(encodings)('in %s, of any case and length, is read', (encoding) => {
    fc.assert(
      fc.property(texts(phrases, least), fc.boolean(), (text, mark) => {
        const addBOM = mark && encoding.startsWith('utf');
        expect(decodeText(iconv.encode(text, encoding, { addBOM }))).toBe(text);
      }),
      { numRuns: 150 },
    );
  });
});

/** Of a processor, which others on the machine take no part of. */
const cpuMs = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

describe('a short text', () => {
  test.each(['windows-1251', 'koi8-r', 'cp866'])('of one word in %s is read', (encoding) => {
    for (const word of [
      'Привет',
      'ПРИВЕТ',
      'привет',
      'Спасибо',
      'спасибо!',
      'ДОГОВОР',
      'Да, хорошо.',
      'Total: 5 рублей',
    ])
      expect(decodeText(iconv.encode(word, encoding))).toBe(word);
  });

  test.each(['win1251', 'koi8-r', 'cp866'])('of capitals and of a few capitals in %s is read', (encoding) => {
    for (const text of [
      'ПРОТОКОЛ СОВЕЩАНИЯ. ПРИСУТСТВОВАЛИ: ИВАНОВ, ПЕТРОВА.\n'.repeat(10),
      'ИВАНОВ: ДА, СОГЛАСЕН. Стенограмма.',
    ])
      expect(decodeText(iconv.encode(text, encoding))).toBe(text);
  });
});

describe('a text', () => {
  test.each([
    ['win1252', 'Grüße aus München, schöne Straße'],
    ['win1252', '“That’s it” – she said… café'],
    ['win1251', '«Договор № 5» — подписан…'],
    ['shiftjis', '本日は会議の議事録を確認します。よろしくお願いします。'],
    ['gb18030', '今天我们讨论了预算和交货时间,大家都同意这个方案。'],
  ])('in %s: %s', (encoding, text) => expect(decodeText(iconv.encode(text, encoding))).toBe(text));

  test('of UTF-8 that was cut in the middle of a letter, or has one foreign byte, stays UTF-8', () => {
    const bytes = Buffer.from('Сегодня мы решили подписать договор. '.repeat(5));
    expect(decodeText(bytes.subarray(0, 40))).toBe('Сегодня мы решили под\uFFFD');
    expect(decodeText(Buffer.concat([bytes, Buffer.from([0xff]), bytes]))).toContain(
      'договор. \uFFFDСегодня',
    );
  });

  test('is read in time that grows with its size alone', () => {
    for (const one of [
      Buffer.alloc(12_000_000, 0xe0),
      Buffer.alloc(12_000_000, '\u001B['),
      Buffer.alloc(12_000_000, 'да '),
    ]) {
      const start = process.cpuUsage();
      decodeText(one);
      expect(cpuMs(start)).toBeLessThan(8_000);
    }
  }, 60_000);
});

describe('control characters', () => {
  const text = 'Сегодня мы решили подписать договор.';
  test.each([
    ['the end-of-file byte of DOS', `${text}\u001A`, text],
    ['U+0002 in a word', 'догов\u0002ор', 'договор'],
    ['U+001F in a word', 'догов\u001Fор', 'договор'],
    ['U+0085', `${text}\u0085${text}`, `${text}\n${text}`],
    ['colours of a terminal', `\u001B[1;31m${text}\u001B[0m`, text],
    ['one bell', `${text}\u0007`, text],
    ['line ends of other systems', 'a\r\nb\rc\n', 'a\nb\nc\n'],
  ])('%s: taken out', (_name, sent, kept) => {
    expect(decodeText(Buffer.from(sent))).toBe(kept);
  });
  test('the end-of-file byte in cp866', () => {
    expect(decodeText(iconv.encode(`${text}\u001A`, 'cp866'))).toBe(text);
  });

  test.each([
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0])],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0', 'latin1')],
    ['an archive', Buffer.from('PK\x03\x04\x14\0\x08\0\x08\0abcdef', 'latin1')],
    ['noise', Buffer.from(Array.from({ length: 2_000 }, (_, i) => (i * 7919 + 13) % 256))],
    [
      'noise without zeros',
      Buffer.from(Array.from({ length: 2_000 }, (_, i) => ((i * 7919 + 13) % 255) + 1)),
    ],
  ])('%s by the name of a text is none', (_name, bytes) => expect(decodeText(bytes)).toBeNull());
  test('that is empty is empty', () => expect(decodeText(Buffer.alloc(0))).toBe(''));
});

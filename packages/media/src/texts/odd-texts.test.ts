import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { readText } from './read.ts';

const lines = (...all: string[]) => all.join('\n');
const RU = 'Сегодня мы решили подписать договор аренды. Анна до пятницы подготовит отчёт.';
const KK = 'Бүгін біз шартқа қол қоюды шештік. Әлия жұмаға дейін есеп дайындайды, Өмір бюджетті тексереді.';
const EN = 'Today we decided to sign the contract. Anna will prepare the report by Friday.';
const UK = 'Сьогодні ми вирішили підписати договір. Її підготує Ганна. Європа, її мешканці.';
const TABLE = lines(
  '╔════════════╤═══════╗',
  '║ Имя        │ Сумма ║',
  '╟────────────┼───────╢',
  '║ Иванов     │  1200 ║',
  '╚════════════╧═══════╝',
);
const MAC = 'Café — “résumé” isn’t naïve';
const as = (text: string, encoding: string) => iconv.encode(text, encoding);
const hex = (text: string) =>
  Array.from(as(text, 'win1251'), (byte) =>
    byte > 127 ? `\\'${byte.toString(16)}` : String.fromCharCode(byte),
  ).join('');

/** What people have beside the reported cases: each with the words that have to come of it. */
const ODD: readonly (readonly [string, Buffer | string, string])[] = [
  ['UTF-16 without a mark, Russian', as(RU, 'utf-16le'), RU],
  ['UTF-16 of the other order, Kazakh', as(KK, 'utf-16be'), KK],
  ['UTF-16 without a mark, English', as(EN, 'utf-16le'), EN],
  ['UTF-16 that lost its last byte', as(`${RU}!`, 'utf-16le').subarray(0, -1), RU],
  ['UTF-32 with a mark', Buffer.concat([Buffer.from([255, 254, 0, 0]), as(RU, 'utf-32le')]), RU],
  ['KOI8-U', as(RU, 'koi8-u'), RU],
  ['Kazakh of the older Windows (KZ-1048)', as(KK, 'rk1048'), KK],
  ['Kazakh in PT154', as(KK, 'pt154'), KK],
  ['an old Mac, Russian', as(RU, 'maccyrillic'), RU],
  ['an old Mac, English', as(MAC, 'macintosh'), MAC],
  ['Windows, English', as(`${MAC}, £5`, 'win1252'), `${MAC}, £5`],
  ['a table of DOS', as(TABLE, 'cp866'), TABLE],
  [
    'a ruled report of DOS',
    as(`Отчёт за год\n${'─'.repeat(30)}\nИтого: 5 шт.`, 'cp866'),
    `Отчёт за год\n${'─'.repeat(30)}\nИтого: 5 шт.`,
  ],
  ['Windows, Ukrainian', as(UK, 'win1251'), UK],
  ['three letters of DOS', as('Нет', 'cp866'), 'Нет'],
  ['lines of Mac OS 9', 'раз\rдва\rтри', 'раз\nдва\nтри'],
  [
    'UTF-8 with lines of Windows among it',
    Buffer.concat([Buffer.from(`${RU}\n`), as('Подпись: Иванов И. И.\n', 'win1251'), Buffer.from(RU)]),
    `${RU}\nПодпись: Иванов И. И.\n${RU}`,
  ],
  [
    'WebVTT with styles, a region, notes and names',
    lines(
      'WEBVTT - заголовок\nKind: captions\n',
      'STYLE\n::cue { color: red }\n',
      'REGION\nid:fred\n',
      'NOTE это заметка\nиз двух строк\n',
      'intro\n00:00:01.000 --> 00:00:02.000 position:10%\n<c.yellow>Первая</c> <b>строка</b> &amp; всё\n',
    ),
    'Первая строка & всё',
  ],
  ['SBV', '0:00:00.599,0:00:04.160\nПривет всем\n\n0:00:04.160,0:00:06.770\nначнём\n', 'Привет всем\nначнём'],
  [
    'ASS with a shape before the words',
    lines(
      '[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
      String.raw`Dialogue: 0,0:00:01.00,0:00:02.00,D,Анна,0,0,0,,{\an8\pos(1,2)}Привет, мир\Nвторая`,
      String.raw`Dialogue: 0,0:00:03.00,0:00:04.00,D,Анна,0,0,0,,{\p1}m 0 0 l 1 1{\c&H&}l 2 2{\p0}Да`,
    ),
    'Анна: Привет, мир вторая Да',
  ],
  [
    'LRC',
    '[ti:Песня]\n[00:12.00]Первая\n[00:17.20][00:40.00]Припев <00:17.5>слово\n',
    'Первая\nПрипев слово',
  ],
  [
    'TTML',
    '<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="0s" end="1s">Привет<br/>мир</p></div></body></tt>',
    'Привет\nмир',
  ],
  [
    'SAMI of two languages',
    '<SAMI><HEAD><TITLE>x</TITLE></HEAD><BODY><SYNC Start=1000><P Class=RUCC>Привет,<br>мир<P Class=ENCC>Hello<SYNC Start=2000><P Class=RUCC>&nbsp;</BODY></SAMI>',
    'Привет,\nмир',
  ],
  ['MicroDVD', '{1}{1}23.976\n{10}{25}{y:i}Привет|мир\n{30}{50}Вторая\n', 'Привет\nмир\nВторая'],
  ['MPL2', '[10][20]/Привет|мир\n[30][50]Вторая\n', 'Привет\nмир\nВторая'],
  [
    'SRT in UTF-16 with places and fonts',
    iconv.encode(
      '1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<i>Первая</i>\r\n\r\n2\r\n0:00:03.5 --> 0:00:04.0  X1:100\r\n<font color="#fff">Вторая</font>\r\n',
      'utf16le',
      { addBOM: true },
    ),
    'Первая\nВторая',
  ],
  [
    'RTF of WordPad',
    `{\\rtf1\\ansi\\ansicpg1251\\deff0\\nouicompat{\\fonttbl{\\f0\\fnil\\fcharset204 Calibri;}}\n{\\*\\generator Riched20;}\\uc1 \n\\pard\\f0\\fs22 ${hex('Привет, мир')}\\par\n}\n\0`,
    'Привет, мир',
  ],
  [
    'RTF whose font alone is Cyrillic',
    `{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Times;}{\\f1\\fcharset204 Arial CYR;}}\\f1 ${hex('Привет')}\\f0  and \\u8212? dash{\\pict 89504e47}\\par}`,
    'Привет and — dash',
  ],
  ['UTF-8 that Windows took for its own and saved as UTF-8', iconv.decode(Buffer.from(RU), 'win1251'), RU],
  ['… in Kazakh, by a program that knows one byte a letter', Buffer.from(KK).toString('latin1'), KK],
  [
    '… by a browser of the West, which keeps bytes without a sign',
    new TextDecoder('windows-1252').decode(Buffer.from(`— ${RU}`)),
    `— ${RU}`,
  ],
  [
    'a word of such letters in another text',
    `Файл назывался «РџСЂРёРІРµС‚.txt», и открыть его не вышло. ${RU}`,
    `Файл назывался «РџСЂРёРІРµС‚.txt», и открыть его не вышло. ${RU}`,
  ],
  [
    'SRT whose times a translator wrote anew',
    '1\n00: 00: 01, 000 -> 00: 00: 02, 000\nПривет\n\n2\n00:00:03,000 —> 00:00:04,000\nМир\n\n3\n00:00:05.000 --&gt; 00:00:06.000\nТри\n',
    'Привет\nМир\nТри',
  ],
  ['joined emoji, a flag, an accent', '👩‍👩‍👧‍👦 🇰🇿 е́', '👩‍👩‍👧‍👦 🇰🇿 е́'],
];

test.each(ODD)('%s', async (_what, bytes, said) => {
  expect(await readText(Buffer.from(bytes))).toMatchObject({ kind: 'ok', text: said });
});

test.each([
  [
    'Word before 2007, whatever it is called',
    Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(3_000)]),
    'not_text',
  ],
  ['a mark and nothing after it', Buffer.from([0xef, 0xbb, 0xbf]), 'empty'],
  ['empty lines', Buffer.from(' \n\t\n'), 'empty'],
])('%s: %#', async (_what, bytes, kind) => {
  expect(await readText(bytes)).toEqual({ kind });
});

import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A file of about so many bytes, of one shape. */
export type Make = (size: number) => Buffer | Promise<Buffer>;
export type Shapes = Readonly<Record<string, Make>>;

/** A beginning, then one thing over and over, then an end. */
export const repeated =
  (unit: string, before = '', after = '', encoding: BufferEncoding = 'utf8'): Make =>
  (size) =>
    Buffer.from(before + unit.repeat(Math.ceil(size / unit.length)) + after, encoding);

/** Halves: one thing over and over, then another, so that each of the one may meet each of the other. */
const both =
  (first: string, second: string, before = '', between = ''): Make =>
  (size) =>
    Buffer.from(
      before +
        first.repeat(Math.ceil(size / 2 / first.length)) +
        between +
        second.repeat(Math.ceil(size / 2 / second.length)),
    );

/** The same bytes each time, of every value. */
export function bytesOf(size: number, mask = 0xff): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 12_345;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = (state >>> 16) & mask;
  }
  return bytes;
}

export const noise =
  (before = '', mask = 0xff): Make =>
  (size) =>
    Buffer.concat([Buffer.from(before, 'latin1'), bytesOf(Math.ceil(size), mask)]);

const SRT = '1\n00:00:01,000 --> 00:00:02,000\n';
const ASS = '[Script Info]\n[Events]\n';
const TTML = '<tt><body><p begin="0:00:01">';

export const PLAIN: Shapes = {
  'opening brackets': repeated('<'),
  spaces: repeated(' ', 'a', 'a'),
  'line ends': repeated('\r\n', 'a', 'a'),
  returns: repeated('\r', 'a', 'a'),
  'blank lines apart': repeated('a\n\n\n\n'),
  NULs: repeated('\0'),
  'ends of file': repeated('\u001A', 'a'),
  'one long line': repeated('слово '),
  'UTF-16 without a mark': repeated('а ', '', '', 'utf16le'),
  'Windows-1251': repeated('\u00EF\u00F0\u00E8\u00E2\u00E5\u00F2 ', '', '', 'latin1'),
  'capitals inside': repeated('\u00EF\u00D0', '', '', 'latin1'),
  noise: noise(),
  'noise of letters': noise('', 0x5f),
  'terminal codes': repeated('\u001B[31mx'),
  'beginnings of terminal codes': repeated('\u001B['),
  'a terminal code without an end': repeated('#;', '\u001B'),
  'a terminal title without an end': repeated(';a', '\u001B]0'),
  'terminal parameters': repeated('1;', '\u001B['),
  'a terminal code of brackets': repeated('[', '\u001B'),
  'opening curly brackets': repeated('{'),
};

export const SUBTITLES: Shapes = {
  'SRT of opening brackets': repeated('<', SRT),
  'SRT of voices without an end': repeated('<v ', SRT),
  'SRT of voices': repeated('<v A>a\n', SRT),
  'SRT of a voice of spaces': repeated(' ', `${SRT}<v`),
  'SRT of fonts without an end': repeated('<font ', SRT),
  'SRT of marks': repeated('<b>', SRT),
  'SRT of curly brackets': repeated('{\\', SRT),
  'SRT of ampersands': repeated('&', SRT),
  'SRT of entities': repeated('&amp;', SRT),
  'SRT of numbers': repeated('1\n', SRT),
  'SRT of short lines': repeated('a\n', SRT),
  'SRT of blank lines': repeated('\n \n', SRT),
  'SRT of spaces': repeated(' ', `${SRT}a`, 'a'),
  'SRT of times': repeated('00:00:01,000 --> 00:00:02,000\n', SRT),
  'SRT of times in one line': repeated('00:00:01,000 --> 00:00:02,000 ', SRT),
  'SRT of cues': repeated(`${SRT}some words\n\n`),
  'SRT of rolling cues': repeated(`${SRT}one\ntwo\n\n${SRT}two\none\n\n`),
  'SRT of growing cues': (size) => {
    const cues = Math.ceil(Math.sqrt(size / 2));
    const said = Array.from({ length: cues }, (_, i) => `${SRT}${'a '.repeat(i + 1)}b\n\n`);
    return Buffer.from(said.join(''));
  },
  'SBV of times': repeated('0:00:00.599,0:00:04.160\na\n\n'),
  'WebVTT of word times without an end': repeated('<00:', `WEBVTT\n\n${SRT}`),
  'WebVTT of word times': repeated('<00:01.000>a ', `WEBVTT\n\n${SRT}`),
  'WebVTT of notes': repeated('NOTE\n\n', 'WEBVTT\n\n'),
  'a head of WebVTT': repeated('a: b\n', 'WEBVTT\n'),
  'ASS of said lines': repeated('Dialogue: 0,0:00:01.00,0:00:02.00,A,B,0,0,0,,said\n', ASS),
  'ASS of fields': repeated('a,', `${ASS}Format: `),
  'ASS of fields and said lines': both('a,', 'Dialogue:\n', `${ASS}Format: `, '\n'),
  'ASS of commas': repeated(',', `${ASS}Dialogue: `),
  'ASS of curly brackets': repeated('{\\p', `${ASS}Dialogue: 0,0,0,A,B,0,0,0,,`),
  'ASS of formats': repeated('Format: a,b,c\n', ASS),
  'ASS of sections': repeated('[Events]\n', ASS),
  lyrics: repeated('[00:01.00]la\n'),
  'lyrics of times': repeated('[00:01.00]'),
  'lyrics of times apart': repeated('[00:01.00] ', '', 'x'),
  'lyrics of remarks': repeated('[ar:somebody]\n', '[00:01.00]\n'),
  'lyrics of word times': repeated('<00:01.00>', '[00:01.00]'),
  'TTML of lines': repeated('<p begin="0:00:01">a</p>', '<tt>', '</tt>'),
  'TTML of beginnings': repeated('<a>', TTML),
  'TTML of breaks': repeated('<br/>', TTML, '</p></body></tt>'),
  'TTML of attributes': (size) =>
    Buffer.from(`<tt ${Array.from({ length: Math.ceil(size / 12) }, (_, i) => `a${i}="1"`).join(' ')}></tt>`),
  'TTML of entities': repeated('&amp;', TTML, '</p></body></tt>'),
  'TTML of unknown entities': repeated('&a', TTML),
  'a comment of TTML': repeated('-', `${TTML}<!-- `),
  'TTML of an attribute': repeated('a', `${TTML}<a b="`),
  'TTML of brackets': repeated(']', TTML, '</p></body></tt>'),
  'TTML of CDATA': repeated('<![CDATA[a]]>', TTML, '</p></body></tt>'),
  'TTML of a DOCTYPE': repeated('[', '<?xml version="1.0"?><tt><!DOCTYPE '),
};

const MAIL = 'From: a@example.com\r\nMIME-Version: 1.0\r\n';

export const MARKUP: Shapes = {
  'a page of beginnings': repeated('<b>', '<html>'),
  'a page of ends of something else': both('</i>', '</p>', `<html>${'<b>'.repeat(900)}`),
  'a page of brackets': repeated('<', '<html>'),
  'a page of entities without an end': repeated('&a', '<html>'),
  'a page of attributes': repeated(' a=b', '<html><p', '>'),
  'a chat of beginnings': repeated('<div class="message">', '<html><div class="chat_page">'),
  'a head of XML': repeated(' ', '<?xml'),
  'JSON of beginnings': repeated('{"messages":[', ''),
  'a letter of encoded words': repeated('=?utf-8?B?YQ==?= ', `${MAIL}Subject: `, '\r\n\r\na'),
  'a letter of addresses without an end': repeated('<', `${MAIL}To: `, '\r\n\r\na'),
  'a letter of parts': repeated(
    '--b\r\nContent-Type: text/plain\r\n\r\na\r\n',
    `${MAIL}Content-Type: multipart/mixed; boundary=b\r\n\r\n`,
  ),
  'a letter of parts in each other': repeated(
    '--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n',
    `${MAIL}Content-Type: multipart/mixed; boundary=b\r\n\r\n`,
  ),
};

export const RTF: Shapes = {
  groups: repeated('{', '{\\rtf1 '),
  'groups that end': repeated('{a}', '{\\rtf1 '),
  ends: repeated('}', '{\\rtf1 '),
  words: repeated('\\par', '{\\rtf1 '),
  letters: repeated(String.raw`\'e0`, '{\\rtf1\\ansicpg1251 '),
  'letters beyond ASCII': repeated('\u00E0', '{\\rtf1\\ansicpg1251 ', '}', 'latin1'),
  'letters of Unicode': repeated(String.raw`\u1040?`, '{\\rtf1 '),
  substitutes: repeated('a', String.raw`{\rtf1\uc2000000000\u1040 `),
  fonts: repeated(String.raw`{\f1\fcharset204 A;}`, String.raw`{\rtf1{\fonttbl`),
  'changes of font': repeated(String.raw`\f1\'e0`, String.raw`{\rtf1{\fonttbl{\f1\fcharset204 A;}}`),
  backslashes: repeated('\\', '{\\rtf1 '),
  'bytes of anything': repeated(String.raw`\bin1 a`, '{\\rtf1 '),
  'a long word': repeated('a', '{\\rtf1\\'),
};

export async function zipped(entries: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const file = new ZipFile();
  for (const [name, content] of Object.entries(entries))
    file.addBuffer(Buffer.from(content), name, { compress: content.length > 0 });
  file.end();
  return buffer(file.outputStream);
}

const word =
  (unit: string, before = '', after = ''): Make =>
  (size) =>
    zipped({
      'word/document.xml': `<w:document>${before}${unit.repeat(Math.ceil(size / unit.length))}${after}</w:document>`,
    });
const openDocument =
  (unit: string): Make =>
  (size) =>
    zipped({ 'content.xml': `<office:text>${unit.repeat(Math.ceil(size / unit.length))}</office:text>` });
const manyEntries =
  (last: Readonly<Record<string, string>>): Make =>
  (size) =>
    zipped({
      ...Object.fromEntries(Array.from({ length: Math.ceil(size / 800) }, (_, i) => [`entry-${i}`, ''])),
      ...last,
    });

/** Sizes are of what is unpacked. */
export const OFFICE: Shapes = {
  'DOCX of paragraphs': word('<w:p><w:r><w:t>слово</w:t></w:r></w:p>'),
  'DOCX of empty paragraphs': word('<w:p/>'),
  'DOCX of beginnings': word('<w:p>'),
  'DOCX of one text': word('a', '<w:t>', '</w:t>'),
  'DOCX of line ends': word('\n', '<w:t>', '</w:t>'),
  'DOCX of one attribute': word('a', '<w:p a="', '"/>'),
  'DOCX of a long name': word('a', '<'),
  'DOCX of one comment': word('- ', '<!--', '-->'),
  'DOCX of CDATA': word(']', '<![CDATA[', ']]>'),
  'DOCX of an instruction': word('? ', '<?a ', '?>'),
  'DOCX of entities': word('&lt;', '<w:t>', '</w:t>'),
  'DOCX of a DOCTYPE': word('<!ENTITY a "b">', '<!DOCTYPE a [', ']>'),
  'DOCX of skipped': word('<w:del><w:t>a</w:t></w:del>'),
  'DOCX of nothing': word(' '),
  'ODT of paragraphs': openDocument('<text:p>слово<text:s/></text:p>'),
  'ODT of paragraphs in each other': openDocument('<text:p>a'),
  'a zip of entries': manyEntries({}),
  'a DOCX behind entries': manyEntries({ 'word/document.xml': '<w:document><w:t>a</w:t></w:document>' }),
};

import { buffer } from 'node:stream/consumers';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { readText } from './read.ts';
import { fontedPdf } from './testing/pdf.ts';

async function zip(entries: Record<string, string | Buffer>): Promise<Buffer> {
  const file = new ZipFile();
  for (const [name, content] of Object.entries(entries)) file.addBuffer(Buffer.from(content), name);
  file.end();
  return buffer(file.outputStream);
}

const word = (body: string) =>
  zip({
    '[Content_Types].xml': '<Types/>',
    'word/document.xml': `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="w" xmlns:mc="mc"><w:body>${body}</w:body></w:document>`,
  });
const paragraph = (text: string) =>
  `<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;

const rtf = (body: string) =>
  readText(
    Buffer.from(
      `{\\rtf1\\ansi\\ansicpg1251\\deff0{\\fonttbl{\\f0\\fcharset204 Arial;}{\\f1\\fcharset0 Times;}}{\\*\\generator x;}{\\info{\\author Somebody}}\\f0 ${body}}`,
      'latin1',
    ),
  );
const hex = (text: string) =>
  Array.from(iconv.encode(text, 'win1251'), (byte) => `\\'${byte.toString(16)}`).join('');

/** Of a processor, which others on the machine take no part of. */
const cpuMs = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

describe('DOCX', () => {
  test('is its paragraphs, without what was deleted and what stands twice', async () => {
    const body = [
      paragraph('Протокол совещания'),
      '<w:p><w:r><w:t>Анна: </w:t><w:tab/><w:t xml:space="preserve">да &amp; нет &lt;3</w:t><w:br/><w:t>строка</w:t></w:r></w:p>',
      '<w:p><w:del><w:r><w:delText>старое</w:delText></w:r></w:del><w:ins><w:r><w:t>новое</w:t></w:r></w:ins></w:p>',
      '<w:p><mc:AlternateContent><mc:Choice><w:r><w:t>раз</w:t></w:r></mc:Choice><mc:Fallback><w:r><w:t>раз</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>',
    ].join('');
    expect(await readText(await word(body))).toEqual({
      kind: 'ok',
      text: 'Протокол совещания\nАнна: \tда & нет <3\nстрока\nновое\nраз',
    });
  });

  test.each([
    ['ns0', 'http://schemas.openxmlformats.org/wordprocessingml/2006/main', 'word/document.xml'],
    ['w', 'http://purl.oclc.org/ooxml/wordprocessingml/main', 'word/document2.xml'],
    ['', 'http://schemas.openxmlformats.org/wordprocessingml/2006/main', 'word/document.xml'],
  ])('written by others: prefix “%s” of %s in %s, with CDATA', async (prefix, uri, name) => {
    const tag = (local: string) => (prefix === '' ? local : `${prefix}:${local}`);
    const element = (local: string, inner: string) => `<${tag(local)}>${inner}</${tag(local)}>`;
    const text = element('t', 'Итог: <![CDATA[3 < 4]]>') + element('delText', 'старое');
    const xml = `<?xml version="1.0"?><${tag('document')} xmlns${prefix && ':'}${prefix}="${uri}">${element('body', element('p', text))}</${tag('document')}>`;
    expect(await readText(await zip({ [name]: xml }))).toEqual({ kind: 'ok', text: 'Итог: 3 < 4' });
  });

  test('of nothing is empty, of other XML is what can be read', async () => {
    expect(await readText(await word(''))).toEqual({ kind: 'empty' });
    expect(await readText(await word(`${paragraph('Начало')}<w:p><w:r`))).toEqual({
      kind: 'ok',
      text: 'Начало',
    });
  });

  test('that unpacks into gigabytes ends soon', async () => {
    const start = process.cpuUsage();
    expect(await readText(await word(paragraph('а'.repeat(5_000_000))))).toEqual({ kind: 'too_long' });
    expect(await readText(await word('<w:p>'.repeat(2_000_000)))).toEqual({ kind: 'not_text' });
    expect(cpuMs(start)).toBeLessThan(15_000);
  });

  test.each([
    ['an archive of something else', zip({ 'a.txt': 'hello' })],
    ['half an archive', word(paragraph('да')).then((bytes) => bytes.subarray(0, bytes.length / 2))],
  ])('%s is no text', async (_name, bytes) =>
    expect(await readText(await bytes)).toEqual({ kind: 'not_text' }),
  );
});

test('ODT is its paragraphs', async () => {
  const file = await zip({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'content.xml':
      '<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:text="t"><office:body><office:text><text:tracked-changes><text:p>старое</text:p></text:tracked-changes><text:h>Заголовок</text:h><text:p>Есеп<text:s text:c="2"/>дайын<text:span>!</text:span><office:annotation><text:p>remark</text:p></office:annotation></text:p></office:text></office:body></office:document-content>',
  });
  expect(await readText(file)).toEqual({ kind: 'ok', text: 'Заголовок\nЕсеп дайын!' });
});

describe('RTF', () => {
  test('in a code page is its text', async () => {
    expect(await rtf(`${hex('Договор подписан.')}\\par ${hex('Да')}, \\b OK\\b0\\tab x`)).toEqual({
      kind: 'ok',
      text: 'Договор подписан.\nДа, OK\tx',
    });
  });
  test('in Unicode is its text, without what stands for other readers', async () => {
    const unicode = Array.from('Әлия', (char) => `\\u${char.charCodeAt(0)}?`).join('');
    expect(
      await rtf(
        `${unicode}{\\uc0 \\u1078}{\\pict ffd8ff}\\{a\\}{\\field{\\*\\fldinst HYPERLINK "x"}{\\fldrslt link}}`,
      ),
    ).toEqual({
      kind: 'ok',
      text: 'Әлияж{a}link',
    });
  });
  test('with raw letters and with binary in it is its text', async () => {
    const raw = iconv.encode('Сырой текст', 'win1251').toString('latin1');
    expect(await rtf(`${raw}{\\pict\\bin4 }{}\u0001}\\par end`)).toEqual({
      kind: 'ok',
      text: 'Сырой текст\nend',
    });
  });
  test('of nothing but marks is read in time that grows with its size alone', async () => {
    for (const one of ['{', '}', '\\', "\\'e0", '{\\*', '\\u1078 ', '\\par ', '\\bin9 ', 'а']) {
      const start = process.cpuUsage();
      await rtf(one.repeat(3_000_000 / one.length));
      expect(cpuMs(start)).toBeLessThan(4_000);
    }
  });
});

describe('PDF', () => {
  test('is its text', async () => {
    expect(await readText(fontedPdf('Протокол совещания №5'))).toEqual({
      kind: 'ok',
      text: 'Протокол совещания №5',
    });
  });
  test('without letters is scanned paper', async () => {
    expect(await readText(fontedPdf('x', { empty: true }))).toEqual({ kind: 'scanned' });
  });
  test('that is none is damaged', async () => {
    expect(await readText(Buffer.from(`%PDF-1.4\n${'x'.repeat(500)}`))).toEqual({ kind: 'damaged' });
  });
});

test('a text is trimmed, and gaps in it are of three lines at most', async () => {
  expect(await readText(Buffer.from('\n\nДа.\n\n\n\n\n\nНет.\n'))).toEqual({
    kind: 'ok',
    text: 'Да.\n\n\nНет.',
  });
  expect(await readText(Buffer.from(' \n\t '))).toEqual({ kind: 'empty' });
  expect(await readText(Buffer.alloc(13_000_000, 'text '))).toEqual({ kind: 'too_long' });
});

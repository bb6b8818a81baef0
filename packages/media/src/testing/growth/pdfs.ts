import { type Make, noise, repeated, type Shapes } from './texts.ts';

/** A PDF of these objects, the first being its catalogue. */
function file(objects: readonly string[], table = true): Buffer {
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = text.length;
  if (table)
    text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\n${table ? `startxref\n${start}\n` : ''}%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

const stream = (content: string, length = content.length) =>
  `<< /Length ${length} >>\nstream\n${content}\nendstream`;
const CATALOGUE = '<< /Type /Catalog /Pages 2 0 R >>';
const FONT = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>';
const page = (content: number) =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${content} 0 R /Resources << /Font << /F1 5 0 R >> >> >>`;

function onePage(content: string, map = '', table = true): Buffer {
  const toUnicode = `/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange ${map} endcmap end`;
  const pages = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';
  return file([CATALOGUE, pages, page(4), stream(content), FONT, stream(toUnicode)], table);
}

const content =
  (unit: string, before = ''): Make =>
  (size) =>
    onePage(before + unit.repeat(Math.ceil(size / unit.length)));

const pages =
  (table: boolean): Make =>
  (size) => {
    const count = Math.ceil(size / 200);
    const kids = Array.from({ length: count }, (_, i) => `${i + 6} 0 R`).join(' ');
    return file(
      [
        CATALOGUE,
        `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`,
        'null',
        stream('BT /F1 12 Tf (a) Tj ET'),
        '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
        ...Array.from({ length: count }, () => page(4)),
      ],
      table,
    );
  };

/** Objects that nothing refers to. */
const objects =
  (object: string, table: boolean): Make =>
  (size) =>
    file(
      [
        CATALOGUE,
        '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        page(4),
        stream('BT (a) Tj ET'),
        'null',
        ...Array.from({ length: Math.ceil(size / (object.length + 20)) }, () => object),
      ],
      table,
    );

/** Each form draws the next one ten times: a kilobyte is a billion letters. */
export function drawnForms(): Buffer {
  const form = (next: number, drawn: string) =>
    `<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${next} 0 R >> /Font << /F1 5 0 R >> >> /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`;
  const tree = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';
  const first = page(4).replace('/Resources <<', '/Resources << /XObject << /X 6 0 R >>');
  const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>';
  const forms = Array.from({ length: 9 }, (_, i) =>
    form(i + 7, i < 8 ? '/X Do '.repeat(10) : `${TEXT}(a) Tj ET`),
  );
  return file([CATALOGUE, tree, first, stream('/X Do'), font, ...forms]);
}

const TEXT = 'BT /F1 12 Tf ';

export const PDF: Shapes = {
  noise: noise('%PDF-1.4\n'),
  'line ends': repeated('\n', '%PDF-1.4\n'),
  'beginnings of objects': repeated('1 0 obj\n', '%PDF-1.4\n'),
  trailers: repeated('trailer\n<<>>\n', '%PDF-1.4\n'),
  'beginnings of trailers': repeated('trailer << ', '%PDF-1.4\n'),
  'tables of contents': repeated('xref\n0 1\n', '%PDF-1.4\n'),
  'beginnings of streams': repeated('1 0 obj\n<</Length 9>>\nstream\n', '%PDF-1.4\n'),
  'beginnings of dictionaries': repeated('<<', '%PDF-1.4\n1 0 obj\n'),
  'beginnings of arrays': repeated('[', '%PDF-1.4\n1 0 obj\n'),
  pages: pages(true),
  'pages without a table': pages(false),
  objects: objects('null', true),
  'objects without a table': objects('null', false),
  'streams of a wrong length': objects(stream('a', 100_000_000), false),
  'shown letters': content('(a) Tj ', TEXT),
  'one shown text': (size) => onePage(`${TEXT}(${'a'.repeat(size)}) Tj ET`),
  'moves and letters': content('1 -12 Td (a) Tj ', TEXT),
  'arrays of letters': content('[(a) -500 (b)] TJ ', TEXT),
  'beginnings of arrays on a page': content('['),
  'operators nobody knows': content('abc '),
  'brackets in a text': content('(', TEXT),
  'saved states': content('q '),
  'saved and restored states': content('q Q '),
  comments: content('%a\n'),
  paths: content('0 0 m 10 10 l S '),
  'pictures in line': content('BI /W 1 /H 1 ID a EI '),
  'beginnings of pictures in line': content('BI /W 1 /H 1 ID a '),
  'letters of a font': (size) =>
    onePage('BT /F1 12 Tf (a) Tj ET', '1 beginbfchar\n<41> <0041>\nendbfchar\n'.repeat(Math.ceil(size / 40))),
};

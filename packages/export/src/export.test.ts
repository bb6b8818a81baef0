import ICAL from 'ical.js';
import JSZip from 'jszip';
import mammoth from 'mammoth';
import { SaxesParser } from 'saxes';
import { extractText } from 'unpdf';
import { describe, expect, test } from 'vitest';
import type { Block, Task } from './blocks.ts';
import { FORMAT_NAMES, type FormatName, formats } from './formats.ts';
import type { Paper } from './paper.ts';
import { renderPaper } from './render.ts';

const KAZAKH = 'Әріптер: ә ғ қ ң ө ұ ү һ і Ә Ғ Қ Ң Ө Ұ Ү Һ І';
const at = (line: number, startMs: number | null) => ({ line, startMs });
const tasks: Task[] = [
  {
    task: 'Подписать <договор> & отправить. ',
    owner: 'Анна | Ко',
    due: 'до пятницы',
    dueDate: '2026-11-27',
    done: false,
    at: at(5, 312_000),
  },
  { task: 'Хат жазу', owner: null, due: null, dueDate: null, done: true, at: null },
];
const meeting: Block[] = [
  { block: 'title', label: 'Итоги встречи', text: 'Сроки\u0000 и \ud800цена' },
  { block: 'field', label: 'Дата', value: null },
  { block: 'list', label: 'Участники', items: [], sayAbsent: true },
  { block: 'paragraphs', items: [{ text: KAZAKH, at: at(1, 3_723_000) }] },
  { block: 'topics', label: 'Обсудили', items: [{ topic: 'Цена', text: '#1 по смете', at: at(2, 5_000) }] },
  { block: 'tasks', label: 'Задачи', items: tasks },
  { block: 'table', head: ['Оригинал', 'English'], rows: [['Да|нет', 'Yes']] },
];
const protocol: Block[] = [
  {
    block: 'letterhead',
    name: 'ПРОТОКОЛ',
    number: null,
    date: '26 ноября 2026 г.',
    place: null,
    subject: 'о поставке',
  },
  {
    block: 'hearings',
    agenda: 'ПОВЕСТКА ДНЯ',
    heard: 'СЛУШАЛИ',
    spoke: 'ВЫСТУПИЛИ',
    decided: 'РЕШИЛИ',
    items: [
      {
        topic: 'О договоре',
        heard: [{ text: 'Иванов доложил.', at: at(1, 1_000) }],
        spoke: [],
        decided: [{ text: 'Подписать.', at: at(2, 2_000) }],
      },
    ],
  },
  { block: 'signatures', items: [{ label: 'Председатель', name: 'С. П. Иванов' }] },
];
const speech: Block[] = [
  { block: 'title', label: 'Расшифровка', text: null },
  {
    block: 'speech',
    items: [
      { startMs: 0, endMs: 2_000, speaker: 'Анна', text: 'Начнём.' },
      { startMs: 2_100, endMs: 4_000, speaker: 'Анна', text: 'Срок — пятница.' },
      { startMs: 4_100, endMs: 6_000, speaker: null, text: 'Хорошо.' },
    ],
  },
];
const paper = (blocks: readonly Block[], form: Paper['form'] = 'plain'): Paper => ({
  title: 'Сроки и цена',
  language: 'ru',
  form,
  blocks,
  words: { absent: 'в тексте не указано', task: 'Задача', owner: 'Кто', due: 'Срок', moment: 'Момент' },
  recordedAt: '2026-11-26T10:00:00.000Z',
});

async function made(asked: Paper, format: FormatName): Promise<Buffer> {
  const rendered = await renderPaper({ paper: asked, format, id: 'd1' });
  if (rendered.kind !== 'ok') throw new Error(rendered.kind);
  return rendered.file;
}
const text = async (asked: Paper, format: FormatName) => (await made(asked, format)).toString('utf8');

/** Every part of it is well-formed, or Word offers to repair it. */
async function openDocx(file: Buffer) {
  const zip = await JSZip.loadAsync(file);
  for (const [name, part] of Object.entries(zip.files))
    if (/\.(xml|rels)$/.test(name)) {
      const parser = new SaxesParser();
      parser.on('error', (error) => {
        throw new Error(`${name}: ${error.message}`);
      });
      parser.write(await part.async('string')).close();
    }
  const read = async (name: string) => (await zip.file(name)?.async('string')) ?? '';
  return {
    body: await read('word/document.xml'),
    footer: await read('word/footer1.xml'),
    html: (await mammoth.convertToHtml({ buffer: file })).value,
  };
}

describe('a paper as a file', () => {
  test('DOCX has headings, lists, tables, boxes to tick and numbered pages, and no character that breaks it', async () => {
    const { body, footer, html } = await openDocx(await made(paper(meeting), 'docx'));
    expect(html).toMatch(/<h1>.*Обсудили.*<\/h1>/);
    expect(html).toContain(KAZAKH);
    expect(html).toMatch(/<table>.*<th>.*Задача.*Подписать &lt;договор&gt; &amp; отправить\..*<\/table>/s);
    expect(html).toContain('в тексте не указано');
    expect(body.match(/<w14:checked w14:val="1"\/>/g)).toHaveLength(1);
    expect(body.match(/<w14:checked w14:val="0"\/>/g)).toHaveLength(1);
    expect(body).toContain('[1:02:03]');
    expect(footer).toMatch(/PAGE.*NUMPAGES/s);
  });

  test('a protocol stands in the business form: requisites, heard, decided with numbers, signatures', async () => {
    const { body, html } = await openDocx(await made(paper(protocol, 'protocol'), 'docx'));
    for (const read of [html.replace(/<[^>]+>/g, ' '), await text(paper(protocol, 'protocol'), 'txt')])
      expect(read).toMatch(
        /ПРОТОКОЛ.*26 ноября 2026 г\..*№.*ПОВЕСТКА ДНЯ.*О договоре.*СЛУШАЛИ:.*Иванов доложил\..*РЕШИЛИ:.*1\.1\..*Подписать\..*Председатель.*С\. П\. Иванов/s,
      );
    expect(body).toMatch(/w:left="1701"/);
    expect(body).not.toContain('ВЫСТУПИЛИ');
  });

  test('PDF carries its fonts, and its Cyrillic and Kazakh can be copied out', async () => {
    const file = await made(paper([...meeting, ...speech.slice(1)]), 'pdf');
    const { text: pages } = await extractText(new Uint8Array(file), { mergePages: true });
    const read = pages.replace(/\s+/g, ' ');
    expect(read).toContain(KAZAKH);
    expect(read).toContain('☐');
    expect(read).toMatch(/\[0:00\] Анна: Начнём\. Срок — пятница\./);
    expect(read).toMatch(/1 \/ 1/);
    const raw = file.toString('latin1');
    expect(raw.match(/\/FontFile2/g)?.length).toBeGreaterThanOrEqual(2);
    expect(raw).not.toMatch(/\/BaseFont \/Helvetica/);
    const chinese: Block[] = [
      { block: 'paragraphs', items: [{ text: '我们讨论了合同'.repeat(20), at: null }] },
    ];
    expect(await renderPaper({ paper: paper(chinese), format: 'pdf', id: 'd1' })).toEqual({
      kind: 'no_letters',
    });
  });

  test('Markdown and text say the same, and nothing that was said becomes markup', async () => {
    const markdown = await text(paper(meeting), 'md');
    expect(markdown).toContain('# Сроки и �цена');
    expect(markdown).toContain(
      String.raw`- [ ] Подписать \<договор\> & отправить — кто: Анна \| Ко, срок: до пятницы \[5:12\]`,
    );
    expect(markdown).toContain('- [x] Хат жазу');
    expect(markdown).toContain(String.raw`| Да\|нет | Yes |`);
    const plain = await text(paper(meeting), 'txt');
    expect(plain).toContain('☐ Подписать <договор> & отправить — кто: Анна | Ко, срок: до пятницы [5:12]');
    expect(plain.startsWith('\u{feff}Итоги встречи')).toBe(true);
  });

  test('the calendar has every open task with a day, and a calendar can read it', async () => {
    const calendar = new ICAL.Component(ICAL.parse(await text(paper(meeting), 'ics')));
    const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
    expect(events).toHaveLength(1);
    const [event] = events;
    expect(event?.summary).toBe('Подписать <договор> & отправить.');
    expect(event?.startDate.toString()).toBe('2026-11-27');
    expect(event?.startDate.isDate).toBe(true);
    expect(event?.uid).toBe('d1-0@aisha');
    expect(event?.description).toContain('Момент: 5:12');
  });

  test('JSON has everything; formats that have nothing to show are not offered', async () => {
    const { blocks } = JSON.parse(await text(paper(speech), 'json'));
    expect(blocks).toEqual(speech);
    const offered = (one: Paper) => FORMAT_NAMES.filter((name) => formats[name].fits(one));
    expect(offered(paper(speech))).toEqual(['docx', 'pdf', 'txt', 'md', 'srt', 'vtt', 'json']);
    expect(offered(paper(meeting))).toEqual(['docx', 'pdf', 'txt', 'md', 'json', 'ics']);
    expect(offered(paper(protocol))).toEqual(['docx', 'pdf', 'txt', 'md', 'json']);
  });
});

test(
  'a paper that runs out of memory ends by itself, not whoever asked for it',
  { timeout: 90_000 },
  async () => {
    const long: Block[] = [{ block: 'paragraphs', items: [{ text: 'ы'.repeat(3_000_000), at: null }] }];
    expect(await renderPaper({ paper: paper(long), format: 'pdf', id: 'd1' })).toEqual({ kind: 'too_long' });
  },
);

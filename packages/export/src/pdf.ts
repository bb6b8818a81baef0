import pdfmake, { type Content, type Definition } from 'pdfmake';
import type { Task } from './blocks.ts';
import { type Flow, flowOf, type Line, momentText, printable } from './flow.ts';
import { FONTS, type Lettering, openLettering, isLettered } from './fonts.ts';
import type { Paper } from './paper.ts';

/** Points. */
const MM = 72 / 25.4;
const GREY = '#6b7280';

/** The same sizes and margins as the DOCX has. */
const FORMS = {
  plain: { size: 11, title: 17, heading: 13, centred: false, justified: false, margins: [25, 20, 20, 20] },
  protocol: { size: 12, title: 14, heading: 12, centred: true, justified: true, margins: [30, 20, 10, 20] },
} as const;
type Form = (typeof FORMS)[Paper['form']];

/**
 * A PDF with its fonts inside, so that Cyrillic and Kazakh look the same everywhere and can be copied out; null when the
 * fonts lack its letters.
 */
export async function toPdf(paper: Paper): Promise<Buffer | null> {
  const form = FORMS[paper.form];
  const [left, top, right, bottom] = form.margins;
  const letters = openLettering();
  const flows = flowOf(paper);
  if (!isLettered(JSON.stringify(flows), letters)) return null;
  const styles: Definition['styles'] = {
    title: { fontSize: form.title, bold: true, alignment: form.centred ? 'center' : 'left' },
    heading: { fontSize: form.heading, bold: true },
  };
  const definition: Definition = {
    pageSize: 'A4',
    pageMargins: [left * MM, top * MM, right * MM, bottom * MM],
    info: { title: printable(paper.title), creator: 'Aisha' },
    defaultStyle: { font: 'Serif', fontSize: form.size, lineHeight: 1.15 },
    styles,
    content: kept(flows, form, letters),
    footer: (page, pages) => ({
      text: `${page} / ${pages}`,
      alignment: 'center',
      fontSize: 9,
      color: GREY,
      margin: [0, 8 * MM, 0, 0],
    }),
    // A heading at the end of a page goes to the next with what it heads.
    pageBreakBefore: (node, { getFollowingNodesOnPage }) =>
      node.style === 'heading' && getFollowingNodesOnPage().length === 0,
  };
  pdfmake.setFonts(FONTS);
  // Nothing that was said names a file or an address to be read.
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) =>
    Object.values(FONTS).some((faces) => Object.values(faces).some((face) => face === path)),
  );
  return pdfmake.createPdf(definition).getBuffer();
}

/** A short table that may stand on one page stays there, with its heading. */
const KEPT_ROWS = 12;

function kept(flows: readonly Flow[], form: Form, letters: Lettering): Content[] {
  const contents: Content[] = [];
  for (const [i, flow] of flows.entries()) {
    const content = drawn(flow, form, letters);
    const rows = flow.flow === 'tasks' ? flow.items.length : flow.flow === 'table' ? flow.rows.length : null;
    if (rows === null || rows > KEPT_ROWS) {
      contents.push(content);
      continue;
    }
    const heading = flows[i - 1]?.flow === 'heading' ? contents.pop() : undefined;
    contents.push({ stack: heading === undefined ? [content] : [heading, content], unbreakable: true });
  }
  return contents;
}

const inks = (line: Line, letters: Lettering): Content[] =>
  line.flatMap(({ text, look }) =>
    letters.split(text).map(({ font, text: stretch }): Content => ({
      text: stretch,
      font,
      ...(look === 'bold' ? { bold: true } : {}),
      ...(look === 'aside' ? { color: GREY, fontSize: 9 } : {}),
      ...(look === 'lacking' ? { color: GREY, italics: true } : {}),
    })),
  );

function drawn(flow: Flow, form: Form, letters: Lettering): Content {
  const text = (line: Line) => inks(line, letters);
  switch (flow.flow) {
    case 'title':
      return {
        stack: [
          ...(flow.kicker === null
            ? []
            : [{ text: text([{ text: flow.kicker }]), color: GREY, margin: [0, 0, 0, 2] } satisfies Content]),
          { text: text([{ text: flow.text }]), style: 'title' },
        ],
        margin: [0, 0, 0, 10],
      };
    case 'heading':
      return { text: text([{ text: flow.text }]), style: 'heading', margin: [0, 12, 0, 5] };
    case 'line':
      return {
        text: text(flow.line),
        alignment:
          flow.at === 'centre' ? 'center' : form.justified && flow.at !== 'subject' ? 'justify' : 'left',
        margin: flow.at === 'subject' ? [0, 8, 0, 12] : [0, 0, 0, 6],
      };
    case 'item': {
      const indent = 12 * flow.level;
      const mark = flow.mark.length > 2 ? 30 : 16;
      return {
        columns: [
          { width: mark, text: text([{ text: flow.mark }]) },
          { width: '*', text: text(flow.line) },
        ],
        columnGap: 4,
        margin: [4 + indent, 0, 0, 3],
      };
    }
    case 'tasks':
      return taskTable(flow.head, flow.items, letters);
    case 'table':
      return {
        table: {
          headerRows: flow.head === null ? 0 : 1,
          ...(flow.head === null ? {} : { keepWithHeaderRows: 1 }),
          widths: widthsOf(flow.widths),
          body: [
            ...(flow.head === null ? [] : [headRow(flow.head, letters)]),
            ...flow.rows.map((row) => row.map((line): Content => ({ text: text(line) }))),
          ],
        },
        layout: flow.ruled ? RULED : 'noBorders',
        margin: [0, 4, 0, 10],
      };
    default:
      return flow satisfies never;
  }
}

const RULED = {
  hLineWidth: () => 0.5,
  vLineWidth: () => 0.5,
  hLineColor: () => '#a3a3a3',
  vLineColor: () => '#a3a3a3',
  paddingTop: () => 4,
  paddingBottom: () => 4,
};

/** Of the width of the page. */
function widthsOf(parts: readonly number[]): string[] {
  const sum = parts.reduce((all, one) => all + one, 0);
  return parts.map((part) => `${(part / sum) * 100}%`);
}

const headRow = (head: readonly string[], letters: Lettering): Content[] =>
  head.map((label) => ({
    text: inks([{ text: label, look: 'bold' }], letters),
    fillColor: '#f3f4f6',
  }));

function taskTable(head: readonly string[], tasks: readonly Task[], letters: Lettering): Content {
  const rows = tasks.map(({ task, owner, due, done, at }): Content[] => {
    const moment = momentText(at);
    const cells: Line[] = [
      [{ text: done ? '☑' : '☐' }],
      [
        { text: printable(task) },
        ...(moment === '' ? [] : [{ text: ` [${moment}]`, look: 'aside' } as const]),
      ],
      [{ text: owner === null ? '—' : printable(owner) }],
      [{ text: due === null ? '—' : printable(due) }],
    ];
    return cells.map((line) => ({ text: inks(line, letters) }));
  });
  return {
    table: {
      headerRows: 1,
      keepWithHeaderRows: 1,
      dontBreakRows: true,
      widths: [14, '*', '22%', '20%'],
      body: [headRow(['', ...head], letters), ...rows],
    },
    layout: RULED,
    margin: [0, 4, 0, 10],
  };
}

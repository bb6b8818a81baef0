import {
  AlignmentType,
  BorderStyle,
  CheckBox,
  Document,
  Footer,
  HeadingLevel,
  type ISectionOptions,
  LevelFormat,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  type ParagraphChild,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TabStopType,
  TextRun,
  WidthType,
} from 'docx';
import type { Task } from './blocks.ts';
import { type Flow, flowOf, type Line, momentText, printable } from './flow.ts';
import type { Paper } from './paper.ts';

/** Twentieths of a point. */
const MM = 1_440 / 25.4;
const A4 = { width: Math.round(210 * MM), height: Math.round(297 * MM) };
const GREY = '6B7280';
const RULE = { style: BorderStyle.SINGLE, size: 4, color: 'A3A3A3' };
const NO_RULE = { style: BorderStyle.NONE, size: 0, color: 'auto' };
const BULLETS = 'bullets';

/** What differs between a plain paper and the business form. Sizes in half-points, margins in millimetres. */
const FORMS = {
  plain: {
    font: 'Calibri',
    size: 22,
    title: 34,
    heading: 26,
    centred: false,
    justified: false,
    margins: { top: 20, right: 20, bottom: 20, left: 25 },
  },
  protocol: {
    font: 'Times New Roman',
    size: 24,
    title: 28,
    heading: 24,
    centred: true,
    justified: true,
    margins: { top: 20, right: 10, bottom: 20, left: 30 },
  },
} as const;
type Form = (typeof FORMS)[Paper['form']];

/** Word's form: real styles, lists, tables with repeated heads, boxes to tick, numbered pages. */
export async function toDocx(paper: Paper): Promise<Buffer> {
  const form = FORMS[paper.form];
  const { margins } = form;
  const widthTwips = Math.round((210 - margins.left - margins.right) * MM);
  const language = { value: wordLanguage(paper.language) };
  const flows = flowOf(paper);
  const document = new Document({
    title: printable(paper.title),
    creator: 'Aisha',
    styles: {
      default: {
        document: {
          run: { font: form.font, size: form.size, language },
          paragraph: { spacing: { after: 120, line: 276, lineRule: LineRuleType.AUTO } },
        },
        title: {
          run: { font: form.font, size: form.title, bold: true },
          paragraph: {
            alignment: form.centred ? AlignmentType.CENTER : AlignmentType.LEFT,
            spacing: { before: 0, after: 200 },
          },
        },
        heading1: {
          run: { font: form.font, size: form.heading, bold: true, color: '000000' },
          paragraph: { spacing: { before: 280, after: 120 }, keepNext: true },
        },
      },
    },
    numbering: {
      config: [
        {
          reference: BULLETS,
          levels: [0, 1].map((level) => ({
            level,
            format: LevelFormat.BULLET,
            text: '•',
            alignment: AlignmentType.LEFT,
            style: { paragraph: { indent: { left: 400 * (level + 1), hanging: 280 } } },
          })),
        },
      ],
    },
    sections: [
      {
        properties: {
          page: {
            size: A4,
            margin: {
              top: Math.round(margins.top * MM),
              right: Math.round(margins.right * MM),
              bottom: Math.round(margins.bottom * MM),
              left: Math.round(margins.left * MM),
            },
          },
        },
        footers: { default: pageNumbers() },
        children: flows.flatMap((flow) => drawn(flow, form, widthTwips)),
      } satisfies ISectionOptions,
    ],
  });
  return Packer.toBuffer(document);
}

/** Word asks for a language with its country; what it does not know it leaves unchecked. */
function wordLanguage(language: string): string {
  try {
    const { language: name, region } = new Intl.Locale(language).maximize();
    return region === undefined ? name : `${name}-${region}`;
  } catch {
    return 'ru-RU';
  }
}

const pageNumbers = (): Footer =>
  new Footer({
    children: [
      new Paragraph({
        alignment: AlignmentType.CENTER,
        children: [
          new TextRun({
            size: 18,
            color: GREY,
            children: [PageNumber.CURRENT, ' / ', PageNumber.TOTAL_PAGES],
          }),
        ],
      }),
    ],
  });

const runs = (line: Line): TextRun[] =>
  line.map(({ text, look }) => {
    switch (look) {
      case 'bold':
        return new TextRun({ text, bold: true });
      case 'aside':
        return new TextRun({ text, color: GREY, size: 18 });
      case 'lacking':
        return new TextRun({ text, color: GREY, italics: true });
      case undefined:
        return new TextRun(text);
      default:
        return look satisfies never;
    }
  });

function drawn(flow: Flow, form: Form, width: number): (Paragraph | Table)[] {
  switch (flow.flow) {
    case 'title':
      return [
        ...(flow.kicker === null
          ? []
          : [
              new Paragraph({
                spacing: { after: 40 },
                children: [new TextRun({ text: flow.kicker, color: GREY })],
              }),
            ]),
        new Paragraph({ heading: HeadingLevel.TITLE, children: [new TextRun(flow.text)] }),
      ];
    case 'heading':
      return [new Paragraph({ heading: HeadingLevel.HEADING_1, children: [new TextRun(flow.text)] })];
    case 'line':
      return [
        new Paragraph({
          alignment:
            flow.at === 'centre'
              ? AlignmentType.CENTER
              : form.justified && flow.at !== 'subject'
                ? AlignmentType.JUSTIFIED
                : AlignmentType.LEFT,
          ...(flow.at === 'subject' ? { spacing: { before: 200, after: 240 } } : {}),
          ...(onlyBold(flow.line) ? { keepNext: true } : {}),
          children: runs(flow.line),
        }),
      ];
    case 'item':
      return [item(flow)];
    case 'tasks':
      return [taskTable(flow.head, flow.items, width), new Paragraph({})];
    case 'table':
      return [table(flow, width), new Paragraph({})];
    default:
      return flow satisfies never;
  }
}

const onlyBold = (line: Line): boolean => line.every(({ look }) => look === 'bold');

/** Bullets are Word's own; numbers are written, since the form's (1.1.) and the text's must not be counted anew. */
function item({ mark, line, level }: Extract<Flow, { flow: 'item' }>): Paragraph {
  if (mark === '•')
    return new Paragraph({
      numbering: { reference: BULLETS, level },
      spacing: { after: 60 },
      children: runs(line),
    });
  const left = 480 + 240 * level;
  return new Paragraph({
    indent: { left, hanging: mark === '' ? 0 : 480 },
    tabStops: [{ type: TabStopType.LEFT, position: left }],
    spacing: { after: 60 },
    children: [...(mark === '' ? [] : [new TextRun(`${mark}\t`)]), ...runs(line)],
  });
}

const CELL = { top: 60, bottom: 60, left: 100, right: 100 };

const cell = (
  children: readonly ParagraphChild[],
  width: number,
  look: { readonly head?: boolean; readonly ruled: boolean },
): TableCell =>
  new TableCell({
    width: { size: width, type: WidthType.DXA },
    margins: look.ruled ? CELL : { top: 20, bottom: 20, left: 0, right: 0 },
    ...(look.head ? { shading: { fill: 'F3F4F6' } } : {}),
    children: [new Paragraph({ spacing: { after: 0 }, children })],
  });

const headRow = (head: readonly string[], widths: readonly number[]): TableRow =>
  new TableRow({
    tableHeader: true,
    cantSplit: true,
    children: head.map((text, i) =>
      cell([new TextRun({ text, bold: true })], widths[i] ?? 0, { head: true, ruled: true }),
    ),
  });

const drawTable = (rows: readonly TableRow[], widths: readonly number[], ruled: boolean): Table => {
  const rule = ruled ? RULE : NO_RULE;
  return new Table({
    rows,
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    width: { size: widths.reduce((sum, one) => sum + one, 0), type: WidthType.DXA },
    borders: {
      top: rule,
      bottom: rule,
      left: rule,
      right: rule,
      insideHorizontal: rule,
      insideVertical: rule,
    },
  });
};

function table(flow: Extract<Flow, { flow: 'table' }>, width: number): Table {
  const sum = flow.widths.reduce((all, one) => all + one, 0);
  const widths = flow.widths.map((part) => Math.floor((part / sum) * width));
  const rows = flow.rows.map(
    (row) =>
      new TableRow({
        children: row.map((line, i) => cell(runs(line), widths[i] ?? 0, { ruled: flow.ruled })),
      }),
  );
  return drawTable(
    [...(flow.head === null ? [] : [headRow(flow.head, widths)]), ...rows],
    widths,
    flow.ruled,
  );
}

const CHECKED = { value: '2611', font: 'MS Gothic' };
const UNCHECKED = { value: '2610', font: 'MS Gothic' };

function taskTable(head: readonly string[], tasks: readonly Task[], width: number): Table {
  const box = 520;
  const widths = [box, ...[5, 2.4, 2.1].map((part) => Math.floor((part / 9.5) * (width - box)))];
  const rows = tasks.map(({ task, owner, due, done, at }) => {
    const moment = momentText(at);
    const line: Line = [
      { text: printable(task) },
      ...(moment === '' ? [] : [{ text: ` [${moment}]`, look: 'aside' } as const]),
    ];
    return new TableRow({
      cantSplit: true,
      children: [
        cell([new CheckBox({ checked: done, checkedState: CHECKED, uncheckedState: UNCHECKED })], box, {
          ruled: true,
        }),
        cell(runs(line), widths[1] ?? 0, { ruled: true }),
        ...[owner, due].map((text, i) =>
          cell([new TextRun(text === null ? '—' : printable(text))], widths[i + 2] ?? 0, { ruled: true }),
        ),
      ],
    });
  });
  return drawTable([headRow(['', ...head], widths), ...rows], widths, true);
}

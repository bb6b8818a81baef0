import type { Task } from './blocks.ts';
import { type Flow, flowOf, type Line, momentText, printable } from './flow.ts';
import type { Paper } from './paper.ts';

const plain = (line: Line): string => line.map(({ text }) => text).join('');

/** A task in one line, for formats without tables: who and by when behind it. */
function taskLine({ task, owner, due, at }: Task, words: Paper['words']): string {
  const moment = momentText(at);
  const details = [
    owner === null ? '' : `${words.owner.toLocaleLowerCase()}: ${printable(owner)}`,
    due === null ? '' : `${words.due.toLocaleLowerCase()}: ${printable(due)}`,
  ].filter(Boolean);
  const said = printable(task);
  const whole = details.length === 0 ? said : `${said.replace(/\.$/, '')} — ${details.join(', ')}`;
  return moment === '' ? whole : `${whole} [${moment}]`;
}

/** Plain text, read by every program; UTF-8 with a mark at the start, or Windows takes Cyrillic for something else. */
export function toText(paper: Paper): string {
  const lines = flowOf(paper).flatMap((one) => textLines(one, paper.words));
  return `\u{feff}${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

function textLines(flow: Flow, words: Paper['words']): string[] {
  switch (flow.flow) {
    case 'title':
      return [...(flow.kicker === null ? [] : [flow.kicker]), flow.text, ''];
    case 'heading':
      return ['', flow.text, ''];
    case 'line':
      return [plain(flow.line), ''];
    case 'item':
      return [`${'  '.repeat(flow.level)}${flow.mark === '' ? '   ' : `${flow.mark} `}${plain(flow.line)}`];
    case 'tasks':
      return flow.items.map((task) => `${task.done ? '☑' : '☐'} ${taskLine(task, words)}`);
    case 'table':
      return [
        '',
        ...(flow.head === null ? [] : [flow.head.join(' | ')]),
        ...flow.rows.map((row) =>
          row
            .map(plain)
            .filter(Boolean)
            .join(flow.ruled ? ' | ' : '   '),
        ),
        '',
      ];
    default:
      return flow satisfies never;
  }
}

/** What Markdown would take for its own signs. */
const escaped = (text: string): string => text.replace(/[\\`*_[\]<>|~]/g, String.raw`\$&`);

/** What it would take for a list or a heading at the start of a line. */
const atStart = (line: string): string =>
  line.replace(/^([#+-])/, String.raw`\$1`).replace(/^(\d+)([.)])/, String.raw`$1\$2`);

const marked = (line: Line): string =>
  line
    .map(({ text, look }) => {
      const inner = escaped(text.trim());
      if (look === undefined || inner === '') return escaped(text);
      const sign = look === 'bold' ? '**' : '*';
      const [before = '', after = ''] = [/^\s*/.exec(text)?.[0], /\s*$/.exec(text)?.[0]];
      return `${before}${sign}${inner}${sign}${after}`;
    })
    .join('');

/** GitHub's Markdown, with tables and boxes to tick. */
export function toMarkdown(paper: Paper): string {
  const parts = flowOf(paper).map((one) => markdownOf(one, paper.words));
  return `${parts
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

function markdownOf(flow: Flow, words: Paper['words']): string {
  switch (flow.flow) {
    case 'title':
      return `# ${escaped(flow.text)}\n${flow.kicker === null ? '' : `\n*${escaped(flow.kicker)}*\n`}`;
    case 'heading':
      return `\n## ${escaped(flow.text)}\n`;
    case 'line':
      return `${atStart(marked(flow.line))}\n`;
    case 'item': {
      if (flow.mark === '') return `   ${marked(flow.line)}`;
      const mark = /^\d+\.$/.test(flow.mark) ? flow.mark : '-';
      const number = /^\d+\.\d+\.$/.test(flow.mark) ? `${flow.mark} ` : '';
      return `${'  '.repeat(flow.level)}${mark} ${number}${marked(flow.line)}`;
    }
    case 'tasks':
      return flow.items
        .map((task) => `- [${task.done ? 'x' : ' '}] ${escaped(taskLine(task, words))}`)
        .join('\n');
    case 'table': {
      const columns = flow.widths.map(() => '---').join(' | ');
      const head = flow.head ?? flow.widths.map(() => ' ');
      const rows = flow.rows.map((row) => `| ${row.map(marked).join(' | ')} |`);
      return `\n| ${head.map(escaped).join(' | ')} |\n| ${columns} |\n${rows.join('\n')}\n`;
    }
    default:
      return flow satisfies never;
  }
}

import type { Block, Moment, Point, Spoken, Task } from './blocks.ts';
import { clock } from './clock.ts';
import type { Paper } from './paper.ts';
import { speeches } from './speeches.ts';

/** A stretch of a line that looks the same. */
export interface Run {
  readonly text: string;
  /** `aside`: beside what is said, in grey. `lacking`: in the place of what the text lacks. */
  readonly look?: 'bold' | 'aside' | 'lacking';
}

export type Line = readonly Run[];

/** What is on a page, from top to bottom: every format draws these and knows no block. */
export type Flow =
  /** The name of the paper, and above it what it is. */
  | { readonly flow: 'title'; readonly kicker: string | null; readonly text: string }
  | { readonly flow: 'heading'; readonly text: string }
  | { readonly flow: 'line'; readonly line: Line; readonly at?: 'left' | 'centre' | 'subject' }
  /** `mark` is a bullet or a number; `level` 1 is indented. */
  | { readonly flow: 'item'; readonly mark: string; readonly line: Line; readonly level: 0 | 1 }
  | { readonly flow: 'tasks'; readonly head: readonly string[]; readonly items: readonly Task[] }
  | {
      readonly flow: 'table';
      readonly head: readonly string[] | null;
      readonly rows: readonly (readonly Line[])[];
      /** Parts of the width. */
      readonly widths: readonly number[];
      readonly ruled: boolean;
    };

const BULLET = '•';

/** One line of what every format can carry: without control characters, which XML forbids, and halves of characters. */
export const printable = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\s\u2028\u2029]+/gu, ' ')
    .replace(/[\p{Cc}\ufffe\uffff]/gu, '')
    .trim();

export const momentText = (at: Moment | null): string =>
  at === null || at.startMs === null ? '' : clock(at.startMs);

/** A paper as what stands on its pages. */
export function flowOf({ blocks, words }: Pick<Paper, 'blocks' | 'words'>): Flow[] {
  return blocks.flatMap((block) => flowOfBlock(block, words));
}

function flowOfBlock(block: Block, words: Paper['words']): Flow[] {
  const lacking: Run = { text: words.absent, look: 'lacking' };
  const said = (text: string | null): Run => (text === null ? lacking : { text: printable(text) });
  const heading = (label: string): Flow => ({ flow: 'heading', text: label });
  switch (block.block) {
    case 'title':
      return [
        block.text === null
          ? { flow: 'title', kicker: null, text: block.label }
          : { flow: 'title', kicker: block.label, text: printable(block.text) },
      ];
    case 'field':
      return [{ flow: 'line', line: [{ text: `${block.label}: `, look: 'bold' }, said(block.value)] }];
    case 'paragraphs': {
      const lines = block.items.map((item): Flow => ({ flow: 'line', line: pointLine(item) }));
      return block.label === undefined || lines.length === 0 ? lines : [heading(block.label), ...lines];
    }
    case 'list': {
      if (block.items.length === 0)
        return block.sayAbsent ? [heading(block.label), { flow: 'line', line: [lacking] }] : [];
      return [heading(block.label), ...block.items.map((item) => bullet(item))];
    }
    case 'topics':
      return block.items.length === 0
        ? []
        : [
            heading(block.label),
            ...block.items.flatMap(({ topic, text, at }, i): Flow[] => [
              {
                flow: 'item',
                mark: `${i + 1}.`,
                line: [{ text: printable(topic), look: 'bold' }, ...asideOf(at)],
                level: 0,
              },
              { flow: 'item', mark: '', line: [{ text: printable(text) }], level: 0 },
            ]),
          ];
    case 'tasks': {
      if (block.items.length === 0) return [];
      const head = [words.task, words.owner, words.due];
      const tasks: Flow = { flow: 'tasks', head, items: block.items };
      return block.label === undefined ? [tasks] : [heading(block.label), tasks];
    }
    case 'table':
      return [
        {
          flow: 'table',
          head: block.head,
          rows: block.rows.map((row) => row.map((text) => [{ text: printable(text) }])),
          widths: block.head.map(() => 1),
          ruled: true,
        },
      ];
    case 'letterhead':
      return [
        { flow: 'title', kicker: null, text: block.name.toLocaleUpperCase() },
        {
          flow: 'table',
          head: null,
          rows: [
            [
              [said(block.date)],
              [{ text: '№ ' }, block.number === null ? { text: '______' } : said(block.number)],
            ],
            [[said(block.place)], []],
          ],
          widths: [3, 1],
          ruled: false,
        },
        { flow: 'line', line: [{ text: printable(block.subject), look: 'bold' }], at: 'subject' },
      ];
    case 'hearings':
      return hearings(block);
    case 'signatures':
      return [
        {
          flow: 'table',
          head: null,
          rows: block.items.map(({ label, name }) => [
            [{ text: label }],
            [{ text: '________________' }],
            [{ text: name === null ? '________________' : printable(name) }],
          ]),
          widths: [2, 2, 2],
          ruled: false,
        },
      ];
    case 'note':
      return [{ flow: 'line', line: [{ text: block.label }] }];
    case 'speech':
      return speechLines(block.items);
    default:
      return block satisfies never;
  }
}

const asideOf = (at: Moment | null): Run[] => {
  const moment = momentText(at);
  return moment === '' ? [] : [{ text: ` [${moment}]`, look: 'aside' }];
};

const pointLine = ({ text, at }: Point): Line => [{ text: printable(text) }, ...asideOf(at)];

const bullet = (point: Point, level: 0 | 1 = 0): Flow => ({
  flow: 'item',
  mark: BULLET,
  line: pointLine(point),
  level,
});

function hearings(block: Extract<Block, { block: 'hearings' }>): Flow[] {
  if (block.items.length === 0) return [];
  const agenda = block.items.map(({ topic }, i): Flow => ({
    flow: 'item',
    mark: `${i + 1}.`,
    line: [{ text: printable(topic) }],
    level: 0,
  }));
  /** The word of the form, then what stands under it. */
  const part = (label: string, points: readonly Point[], mark: (n: number) => string): Flow[] =>
    points.length === 0
      ? []
      : [
          { flow: 'line', line: [{ text: `${label}:`, look: 'bold' }] },
          ...points.map((point, n): Flow => ({
            flow: 'item',
            mark: mark(n + 1),
            line: pointLine(point),
            level: 1,
          })),
        ];
  const points = block.items.flatMap(({ topic, heard, spoke, decided }, i): Flow[] => [
    { flow: 'heading', text: `${i + 1}. ${printable(topic)}` },
    ...part(block.heard, heard, () => '—'),
    ...part(block.spoke, spoke, () => '—'),
    ...part(block.decided, decided, (n) => `${i + 1}.${n}.`),
  ]);
  return [{ flow: 'heading', text: block.agenda }, ...agenda, ...points];
}

/** What one person says in a row is a paragraph, with who and when before it. */
function speechLines(items: readonly Spoken[]): Flow[] {
  return speeches(items).map(({ startMs, speaker, text }): Flow => {
    const who: Run[] = speaker === null ? [] : [{ text: `${printable(speaker)}: `, look: 'bold' }];
    return {
      flow: 'line',
      line: [{ text: `[${clock(startMs)}] `, look: 'aside' }, ...who, { text: printable(text) }],
    };
  });
}

import { toCalendar, hasDays } from './calendar.ts';
import type { Paper } from './paper.ts';
import { toSrt, toVtt } from './subtitles/formats.ts';
import { toMarkdown, toText } from './text.ts';

interface Format {
  readonly contentType: string;
  /** What of a paper it shows; null: all that is there. */
  readonly needs: 'speech' | 'days' | null;
  /** Whether a paper can be shown so at all. */
  readonly fits: (paper: Pick<Paper, 'blocks'>) => boolean;
  /** Libraries that lay out pages need seconds and memory: a process with a limit does it. */
  readonly heavy: boolean;
  /** Null: the letters of its language cannot be shown. */
  readonly render: (paper: Paper, id: string) => Promise<Buffer | null> | string;
}

const always = () => true;
const speaks = ({ blocks }: Pick<Paper, 'blocks'>) =>
  blocks.some((block) => block.block === 'speech' && block.items.length > 0);

/** Every format, in the order in which they are offered; a format's name is its extension. Rows keep these names. */
export const formats = {
  docx: {
    contentType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    needs: null,
    fits: always,
    heavy: true,
    // Loaded by whoever lays out pages: the others know the formats by name, and their images lack these libraries.
    render: async (paper) => (await import('./docx.ts')).toDocx(paper),
  },
  pdf: {
    contentType: 'application/pdf',
    needs: null,
    fits: always,
    heavy: true,
    render: async (paper) => (await import('./pdf.ts')).toPdf(paper),
  },
  txt: { contentType: 'text/plain; charset=utf-8', needs: null, fits: always, heavy: false, render: toText },
  md: {
    contentType: 'text/markdown; charset=utf-8',
    needs: null,
    fits: always,
    heavy: false,
    render: toMarkdown,
  },
  srt: {
    contentType: 'application/x-subrip; charset=utf-8',
    needs: 'speech',
    fits: speaks,
    heavy: false,
    render: toSrt,
  },
  vtt: { contentType: 'text/vtt; charset=utf-8', needs: 'speech', fits: speaks, heavy: false, render: toVtt },
  json: {
    contentType: 'application/json; charset=utf-8',
    needs: null,
    fits: always,
    heavy: false,
    render: ({ title, language, recordedAt, blocks }) =>
      JSON.stringify({ title, language, recordedAt, blocks }, null, 2),
  },
  ics: {
    contentType: 'text/calendar; charset=utf-8',
    needs: 'days',
    fits: hasDays,
    heavy: false,
    render: async (paper, id) => Buffer.from(await toCalendar(paper, id)),
  },
} satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

export const isFormat = (name: string): name is FormatName => Object.hasOwn(formats, name);
export const FORMAT_NAMES: readonly FormatName[] = Object.keys(formats).filter(isFormat);

import type { Document, Recording } from '@aisha/core';
import { FORMAT_NAMES, type FormatName, formats } from '@aisha/export';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import type { Voice } from '../chat/voice.ts';

type Labels = Pick<Voice, 'label'>;

const NAMES = {
  docx: 'Word · DOCX',
  pdf: 'PDF',
  txt: 'TXT',
  md: 'Markdown',
  srt: 'SRT',
  vtt: 'VTT',
  json: 'JSON',
  ics: 'ICS',
} satisfies Record<FormatName, string>;

const label = (voice: Labels, format: FormatName): string =>
  format === 'ics' ? voice.label('export.ics') : format === 'srt' ? voice.label('export.srt') : NAMES[format];

/** A recording's text has no tasks; whether it has times is known by its segments. */
export const formatsOf = ({ segments }: Pick<Recording, 'segments'>): readonly FormatName[] =>
  FORMAT_NAMES.filter(
    (format) =>
      format !== 'ics' &&
      (formats[format].needs !== 'speech' || segments?.some((segment) => segment.endMs > 0) === true),
  );

/** A document is not subtitles; a calendar only where there are tasks. */
export const formatsOfDocument = (hasDays: boolean): readonly FormatName[] =>
  FORMAT_NAMES.filter((format) => formats[format].needs === null || (format === 'ics' && hasDays));

/** The formats of a recording's text. `above`: the buttons to which the way back leads. */
export const recordingFormatButtons = (
  voice: Labels,
  recording: Pick<Recording, 'id' | 'segments'>,
  above: 'below' | 'card',
): Button[][] => [
  ...rows(
    formatsOf(recording).map((format) => button(label(voice, format), 'download.as', recording.id, format)),
    2,
  ),
  [
    above === 'card'
      ? button(voice.label('button.back'), 'recording', recording.id)
      : button(voice.label('button.back'), 'recording.buttons', recording.id),
  ],
];

/** The formats of a document. */
export const documentFormatButtons = (
  voice: Labels,
  { id }: Pick<Document, 'id'>,
  hasDays: boolean,
): Button[][] => [
  ...rows(
    formatsOfDocument(hasDays).map((format) => button(label(voice, format), 'document.as', id, format)),
    2,
  ),
  [button(voice.label('button.back'), 'document.buttons', id)],
];

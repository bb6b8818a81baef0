import {
  type Document,
  DOCUMENT_KINDS,
  documentBlocks,
  type DocumentKind,
  type Recording,
} from '@aisha/core';
import { hasDays } from '@aisha/export';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import type { Voice } from '../chat/voice.ts';

type Labels = Pick<Voice, 'label' | 'price' | 'priced'>;

/** What most people ask for stands there at once. */
const FIRST = ['summary', 'todo', 'minutes', 'protocol'] as const satisfies readonly DocumentKind[];

/** Enough of a recording to know what a document over it costs. */
export type Priced = Pick<Recording, 'id' | 'text'>;

function kindsOf(voice: Labels, { id, text }: Priced, kinds: readonly DocumentKind[]): Button[][] {
  const price = voice.price('document', { characters: text?.length ?? 0 });
  return rows(
    kinds.map((kind) =>
      button(voice.priced(voice.label(`document.kind.${kind}`), price), 'document', id, kind, price),
    ),
    2,
  );
}

/** What can be done with a recording's text, below it. */
export const transcriptButtons = (voice: Labels, recording: Priced): Button[][] => [
  ...kindsOf(voice, recording, FIRST),
  [
    button(voice.label('documents.menu'), 'documents', recording.id),
    button(voice.label('export.menu'), 'download', recording.id),
  ],
];

/** Every kind of document that can be made of a recording, and the way back to where they were asked for. */
export const kindButtons = (voice: Labels, recording: Priced, above: 'below' | 'card'): Button[][] => [
  ...kindsOf(voice, recording, DOCUMENT_KINDS),
  [
    above === 'card'
      ? button(voice.label('button.back'), 'recording', recording.id)
      : button(voice.label('button.back'), 'recording.buttons', recording.id),
  ],
];

/** What can be done with a document, below it. */
export const documentButtons = (
  voice: Labels,
  { id, recordingId }: Pick<Document, 'id' | 'recordingId'>,
): Button[][] => [
  [
    button(voice.label('export.menu'), 'document.download', id),
    button(voice.label('documents.more'), 'documents', recordingId),
  ],
];

/** Whether a calendar can be made of it. */
export const isDated = (document: Pick<Document, 'kind' | 'content'>): boolean => {
  const blocks = documentBlocks(document);
  return blocks !== null && hasDays({ blocks });
};

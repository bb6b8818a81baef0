import {
  type Document,
  DOCUMENT_KINDS,
  documentBlocks,
  type DocumentKind,
  nameIn,
  OFFERED_LANGUAGES,
  type Recording,
  type Template,
} from '@aisha/core';
import { type Block, hasDays, type Moment, type Task } from '@aisha/export';
import { button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';

type Labels = Pick<Voice, 'label' | 'price' | 'priced'>;

/** Enough of a recording to know what a document over it costs. */
export type Priced = Pick<Recording, 'id' | 'text'>;

const priceOf = (voice: Labels, { text }: Priced) =>
  voice.price('document', { characters: text?.length ?? 0 });

/** What most people ask for stands there at once. */
const FIRST = ['summary', 'todo', 'minutes', 'protocol'] as const satisfies readonly DocumentKind[];

function kindsOf(voice: Labels, recording: Priced, kinds: readonly DocumentKind[]): Button[][] {
  const price = priceOf(voice, recording);
  return rows(
    kinds.map((kind) =>
      button(
        voice.priced(voice.label(`document.kind.${kind}`), price),
        'document',
        recording.id,
        kind,
        price,
      ),
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
  [button(voice.priced(voice.label('ask.button'), voice.price('question')), 'ask', recording.id)],
  [button(voice.label('recording.more'), 'recording.more', recording.id)],
];

/** Every kind of document that can be made of a recording, and the way back to where they were asked for. */
export const kindButtons = (
  voice: Labels,
  recording: Priced,
  { above, language }: { above: 'below' | 'card'; language: string },
): Button[][] => [
  ...kindsOf(voice, recording, DOCUMENT_KINDS),
  [button(voice.label('document.language', { language }), 'doc.language', recording.id)],
  [
    above === 'card'
      ? button(voice.label('button.back'), 'recording', recording.id)
      : button(voice.label('button.back'), 'recording.buttons', recording.id),
  ],
];

type Shown = Pick<Document, 'id' | 'recordingId' | 'kind' | 'content' | 'moments' | 'done'> &
  Partial<Pick<Document, 'remindAt'>>;

/** What can be done with a document, below it. */
export function documentButtons(voice: Labels, document: Shown, recording: Priced): Button[][] {
  const { id, recordingId } = document;
  const special = [
    ...(tasksOf(document).length > 0 ? [button(voice.label('document.tick'), 'document.tasks', id)] : []),
    ...(momentsOf(document).length > 0
      ? [button(voice.label('document.moments'), 'document.moments', id)]
      : []),
  ];
  const reminding = document.remindAt
    ? [button(voice.label('reminder.stop'), 'document.unremind', id)]
    : isDated(document)
      ? [button(voice.label('reminder.start'), 'document.remind', id)]
      : [];
  return [
    special,
    reminding,
    [
      button(voice.label('export.menu'), 'document.download', id),
      button(voice.label('documents.menu'), 'documents', recordingId),
    ],
    ...kindsOf(voice, recording, FIRST),
  ];
}

const backTo = (voice: Labels, { id }: Pick<Document, 'id'>) =>
  button(voice.label('button.back'), 'document.buttons', id);

const tasksOf = (document: Shown): readonly Task[] =>
  documentBlocks(document)?.flatMap((block) => (block.block === 'tasks' ? block.items : [])) ?? [];

/** As many as a keyboard may have, with room for the rest. */
const MOST_BUTTONS = 90;

/** A box for each task, by its place in the document. */
export const taskButtons = (voice: Labels, document: Shown): Button[][] => [
  ...rows(
    tasksOf(document)
      .slice(0, MOST_BUTTONS)
      .map(({ done }, n) => button(`${done ? '☑' : '☐'} ${n + 1}`, 'document.task', document.id, n)),
    5,
  ),
  [backTo(voice, document)],
];

/** Every moment that a document names, once, in the order of the recording. */
export function momentsOf(document: Shown): Moment[] {
  const all = documentBlocks(document)?.flatMap(momentsIn) ?? [];
  return [...new Map(all.map((at) => [at.line, at])).values()].toSorted((a, b) => a.line - b.line);
}

function momentsIn(block: Block): Moment[] {
  const known = (items: readonly { readonly at: Moment | null }[]) =>
    items.flatMap(({ at }) => (at === null ? [] : [at]));
  switch (block.block) {
    case 'paragraphs':
    case 'list':
    case 'topics':
    case 'tasks':
      return known(block.items);
    case 'hearings':
      return block.items.flatMap(({ heard, spoke, decided }) => known([...heard, ...spoke, ...decided]));
    case 'title':
    case 'field':
    case 'table':
    case 'letterhead':
    case 'signatures':
    case 'note':
    case 'speech':
      return [];
    default:
      return block satisfies never;
  }
}

export const momentButtons = (voice: Labels & Pick<Voice, 'duration'>, document: Shown): Button[][] => [
  ...rows(
    momentsOf(document)
      .slice(0, MOST_BUTTONS)
      .map(({ line, startMs }) =>
        button(
          startMs === null ? `¶ ${line}` : `▶ ${voice.duration(startMs)}`,
          'moment',
          document.recordingId,
          line,
        ),
      ),
    4,
  ),
  [backTo(voice, document)],
];

/** Whether a calendar can be made of it. */
export const isDated = (document: Pick<Document, 'kind' | 'content' | 'done'>): boolean => {
  const blocks = documentBlocks(document);
  return blocks !== null && hasDays({ blocks });
};

/** Into which language a text is to be translated. */
export function languagesScreen(voice: Voice, recording: Priced, kind: 'translation' | 'bilingual'): Screen {
  const price = priceOf(voice, recording);
  return {
    text: [voice.t('document.into'), price > 0 ? voice.t('quote.price', { price: voice.credits(price) }) : '']
      .filter(Boolean)
      .join('\n\n'),
    buttons: [
      ...rows(
        OFFERED_LANGUAGES.map((code) =>
          button(capital(nameIn(voice.language, code)), 'doc.in', recording.id, kind, code, price),
        ),
        3,
      ),
      [button(voice.label('document.into.other'), 'doc.in', recording.id, kind, 'other')],
    ],
  };
}

/** The language of all documents. */
export const documentLanguageScreen = (voice: Voice, { id }: Priced): Screen => ({
  text: voice.t('document.language.ask'),
  buttons: [
    (['ru', 'kk', 'en'] as const).map((language) =>
      button(voice.label(`name.${language}`), 'doc.language.set', id, language),
    ),
    [button(voice.label('document.language.mine'), 'doc.language.set', id, 'mine')],
  ],
});

export const capital = (name: string): string => name.charAt(0).toLocaleUpperCase() + name.slice(1);

/** A person's own instructions, to be written by. */
export function templatesScreen(
  voice: Voice,
  recording: Priced,
  templates: readonly Template[],
  said?: string,
): Screen {
  const price = priceOf(voice, recording);
  return {
    text: said ?? voice.t('templates.title'),
    buttons: [
      ...templates.map(({ id, name }) => [
        button(voice.priced(`✍️ ${name}`, price), 'template', recording.id, id, price),
      ]),
      [button(voice.label('templates.new'), 'template.new', recording.id)],
      ...(templates.length > 0
        ? [[button(voice.label('templates.manage'), 'template.manage', recording.id)]]
        : []),
    ],
  };
}

export const deleteTemplatesScreen = (
  voice: Voice,
  { id: recordingId }: Priced,
  templates: readonly Template[],
): Screen => ({
  text: voice.t('templates.delete'),
  buttons: [
    ...templates.map(({ id, name }) => [button(`🗑 ${name}`, 'template.delete', recordingId, id)]),
    [button(voice.label('button.back'), 'document', recordingId, 'own')],
  ],
});

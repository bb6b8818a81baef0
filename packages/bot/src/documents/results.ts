import { documents, type OwedCall, type Place, recordings } from '@aisha/db';
import { type Document, type DocumentBlock, documentBlocks } from '@aisha/core';
import { clock, type Moment, type Point, type Task } from '@aisha/export';
import { escapeHtml, MESSAGE_LIMIT, splitMessage } from '@aisha/providers';
import { eq } from 'drizzle-orm';
import { sendScreen } from '../chat/screen.ts';
import type { ShownOrder, Voice } from '../chat/voice.ts';
import type { TextKey } from '../texts/index.ts';
import { chargedLine } from '../orders/screens.ts';
import { documentFormatButtons } from '../exports/screens.ts';
import { documentButtons, isDated, type Priced } from './screens.ts';

type DocumentVoice = Pick<Voice, 't' | 'label' | 'price' | 'priced'>;
export type WrittenDocument = Pick<Document, 'id' | 'recordingId' | 'kind' | 'content' | 'moments' | 'done'> &
  Partial<Pick<Document, 'remindAt'>>;

/** More would be a flood: a longer document comes with its beginning and the formats of its file. */
const MOST_MESSAGES = 3;

/** A written document as messages, the last with what can be done with it. */
export function documentMessages(
  voice: DocumentVoice,
  place: Place,
  document: WrittenDocument,
  recording: Priced,
  /** Telegram HTML, below the last message. */
  below = '',
): OwedCall[] {
  const parts = partsOf(voice, document);
  if (!parts) return [sendScreen(place, { text: voice.t('button.outdated') })];
  if (parts.length > MOST_MESSAGES)
    return [
      sendScreen(place, {
        text: `${voice.t('document.long')}\n\n${parts[0] ?? ''}${below}`,
        buttons: documentFormatButtons(voice, document, isDated(document)),
      }),
    ];
  return parts.map((text, i) =>
    sendScreen(
      place,
      i === parts.length - 1
        ? { text: `${text}${below}`, buttons: documentButtons(voice, document, recording) }
        : { text },
    ),
  );
}

/** A document that was changed, as the text of its message; null when it stands in several or in a file. */
export function changedDocument(voice: DocumentVoice, document: WrittenDocument): string | null {
  const parts = partsOf(voice, document);
  return parts?.length === 1 ? (parts[0] ?? null) : null;
}

function partsOf(voice: DocumentVoice, document: WrittenDocument): string[] | null {
  const blocks = documentBlocks(document);
  return blocks && splitMessage(documentHtml(voice, blocks), { limit: MESSAGE_LIMIT - 196, html: true });
}

export const shownDocument: ShownOrder = {
  title: 'order.document',
  becomesResult: true,
  async result(db, voice, order) {
    const [found] = await db
      .select({ document: documents, recording: recordings })
      .from(documents)
      .innerJoin(recordings, eq(recordings.id, documents.recordingId))
      .where(eq(documents.id, order.subjectId ?? ''));
    const charged = order.units === null ? '' : chargedLine(voice, order);
    const below = charged === '' ? '' : `\n\n<i>${charged}</i>`;
    return found ? documentMessages(voice, order, found.document, found.recording, below) : [];
  },
};

/** The document in Telegram's HTML. What the text lacks is said to be lacking. */
function documentHtml(voice: DocumentVoice, blocks: readonly DocumentBlock[]): string {
  return blocks.flatMap((block) => linesOf(voice, block)).join('\n');
}

const momentOf = (at: Moment | null): string =>
  at === null || at.startMs === null ? '' : ` <i>[${clock(at.startMs)}]</i>`;

function linesOf(voice: DocumentVoice, block: DocumentBlock): string[] {
  const absent = `<i>${voice.t('document.absent')}</i>`;
  const bold = (text: string) => `<b>${escapeHtml(text)}</b>`;
  const point = ({ text, at }: Point) => `${escapeHtml(text)}${momentOf(at)}`;
  /** A part of its own; an empty one is left out. */
  const part = (label: TextKey, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', bold(voice.label(label)), ...lines];
  switch (block.block) {
    case 'title':
      return block.text === null
        ? [bold(voice.label(block.label))]
        : [voice.t(block.label), bold(block.text)];
    case 'field':
      return [`${voice.t(block.label)}: ${block.value === null ? absent : escapeHtml(block.value)}`];
    case 'paragraphs': {
      const lines = block.items.map(point);
      return block.label === undefined ? ['', ...lines] : part(block.label, lines);
    }
    case 'list': {
      const items = block.items.map((item) => `• ${point(item)}`);
      return part(block.label, block.sayAbsent && items.length === 0 ? [absent] : items);
    }
    case 'topics':
      return part(
        block.label,
        block.items.map(
          ({ topic, text, at }, i) => `${i + 1}. ${bold(topic)}${momentOf(at)}\n${escapeHtml(text)}`,
        ),
      );
    case 'tasks': {
      const lines = block.items.map((item) => `${escapeHtml(taskLine(voice, item))}${momentOf(item.at)}`);
      return block.label === undefined ? ['', ...lines] : part(block.label, lines);
    }
    case 'table':
      return ['', ...block.rows.map((row) => row.map(escapeHtml).join('\n'))];
    case 'letterhead':
      return [
        voice.t(block.name),
        bold(block.subject),
        `${voice.t('document.number')} ${block.number === null ? absent : escapeHtml(block.number)}`,
        `${voice.t('document.date')}: ${block.date === null ? absent : escapeHtml(block.date)}`,
        `${voice.t('document.place')}: ${block.place === null ? absent : escapeHtml(block.place)}`,
      ];
    case 'hearings':
      return hearingLines(voice, block, point);
    case 'signatures':
      return [];
    case 'note':
      return ['', voice.t(block.label)];
    case 'speech':
      return [
        '',
        ...block.items.map(({ speaker, text }) =>
          escapeHtml(speaker === null ? text : `${speaker}: ${text}`),
        ),
      ];
    default:
      return block satisfies never;
  }
}

function hearingLines(
  voice: DocumentVoice,
  block: Extract<DocumentBlock, { block: 'hearings' }>,
  point: (one: Point) => string,
): string[] {
  return block.items.flatMap(({ topic, heard, spoke, decided }, i) => [
    '',
    `<b>${i + 1}. ${escapeHtml(topic)}</b>`,
    ...heard.map((one) => `${voice.t(block.heard)}: ${point(one)}`),
    ...spoke.map((one) => `${voice.t(block.spoke)}: ${point(one)}`),
    ...decided.map((one, n) => `${voice.t(block.decided)} ${i + 1}.${n + 1}: ${point(one)}`),
  ]);
}

function taskLine(voice: DocumentVoice, { task, owner, due, done }: Task): string {
  const box = done ? '☑' : '☐';
  const details = [
    owner === null ? '' : voice.label('document.owner', { owner }),
    due === null ? '' : voice.label('document.due', { due }),
  ].filter(Boolean);
  return details.length === 0
    ? `${box} ${task}`
    : `${box} ${task.replace(/\.$/, '')} — ${details.join(', ')}`;
}

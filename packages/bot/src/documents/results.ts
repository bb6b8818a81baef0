import { documents, type OwedCall, type Place, recordings } from '@aisha/db';
import { type Document, type DocumentBlock, documentBlocks, type Recording, type Task } from '@aisha/core';
import { escapeHtml, MESSAGE_LIMIT, splitMessage } from '@aisha/providers';
import { eq } from 'drizzle-orm';
import { sendScreen } from '../chat/screen.ts';
import type { ShownOrder, Voice } from '../chat/voice.ts';
import type { TextKey } from '../texts/index.ts';
import { documentButtons } from './screens.ts';

type DocumentVoice = Pick<Voice, 't' | 'label' | 'price' | 'priced'>;
export type WrittenDocument = Pick<Document, 'kind' | 'content'>;

/** A written document as messages, the last with the buttons for the next one. */
export function documentMessages(
  voice: DocumentVoice,
  place: Place,
  document: WrittenDocument,
  recording: Pick<Recording, 'id' | 'text'>,
): OwedCall[] {
  const blocks = documentBlocks(document);
  if (!blocks) return [sendScreen(place, { text: voice.t('button.outdated') })];
  const parts = splitMessage(documentHtml(voice, blocks), { limit: MESSAGE_LIMIT - 96, html: true });
  return parts.map((text, i) =>
    sendScreen(
      place,
      i === parts.length - 1 ? { text, buttons: documentButtons(voice, recording) } : { text },
    ),
  );
}

export const shownDocument: ShownOrder = {
  title: 'order.document',
  async result(db, voice, order) {
    const [found] = await db
      .select({ document: documents, recording: recordings })
      .from(documents)
      .innerJoin(recordings, eq(recordings.id, documents.recordingId))
      .where(eq(documents.id, order.subjectId ?? ''));
    return found ? documentMessages(voice, order, found.document, found.recording) : [];
  },
};

/** The document in Telegram's HTML. What the text lacks is said to be lacking. */
function documentHtml(voice: DocumentVoice, blocks: readonly DocumentBlock[]): string {
  return blocks.flatMap((block) => linesOf(voice, block)).join('\n');
}

function linesOf(voice: DocumentVoice, block: DocumentBlock): string[] {
  const absent = `<i>${voice.t('document.absent')}</i>`;
  const bold = (text: string) => `<b>${escapeHtml(text)}</b>`;
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
    case 'paragraphs':
      return ['', ...block.items.map(escapeHtml)];
    case 'list': {
      const items = block.items.map((item) => `• ${escapeHtml(item)}`);
      return part(block.label, block.sayAbsent && items.length === 0 ? [absent] : items);
    }
    case 'topics':
      return part(
        block.label,
        block.items.map(({ topic, discussion }, i) => `${i + 1}. ${bold(topic)}\n${escapeHtml(discussion)}`),
      );
    case 'tasks': {
      const lines = block.items.map((item) => escapeHtml(taskLine(voice, item)));
      return block.label === undefined ? ['', ...lines] : part(block.label, lines);
    }
    case 'note':
      return ['', voice.t(block.label)];
    default:
      return block satisfies never;
  }
}

function taskLine(voice: DocumentVoice, { task, owner, due }: Task): string {
  const details = [
    owner === null ? '' : voice.label('document.owner', { owner }),
    due === null ? '' : voice.label('document.due', { due }),
  ].filter(Boolean);
  return details.length === 0 ? `☐ ${task}` : `☐ ${task.replace(/\.$/, '')} — ${details.join(', ')}`;
}

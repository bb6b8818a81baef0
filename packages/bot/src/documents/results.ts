import type { OwedCall } from '@aisha/db';
import { type Document, type DocumentContent, readContent, type Recording } from '@aisha/core';
import { escapeHtml, messageLimit, splitMessage } from '@aisha/providers';
import { sendScreen } from '../chat/screen.ts';
import type { Voice } from '../avatars/screens.ts';
import { documentButtons } from '../recordings/screens.ts';

type DocumentVoice = Pick<Voice, 't' | 'label'>;
export type WrittenDocument = Pick<Document, 'kind' | 'content'>;

/** A written document as messages, the last with the buttons for the next one. */
export function documentMessages(
  voice: DocumentVoice,
  chatId: number,
  document: WrittenDocument,
  recording: Pick<Recording, 'id'>,
): OwedCall[] {
  const content = readContent(document.kind, document.content);
  if (!content) return [sendScreen(chatId, { text: voice.t('button.outdated') })];
  const parts = splitMessage(documentHtml(voice, content), { limit: messageLimit - 96, html: true });
  return parts.map((text, i) =>
    sendScreen(
      chatId,
      i === parts.length - 1 ? { text, buttons: documentButtons(voice, recording.id) } : { text },
    ),
  );
}

const heading = (text: string) => `<b>${escapeHtml(text)}</b>`;

const list = (title: string, items: readonly string[]) =>
  items.length === 0 ? [] : ['', heading(title), ...items.map((item) => `• ${escapeHtml(item)}`)];

/** The document in Telegram's HTML. What the text lacks is said to be lacking. */
export function documentHtml(voice: DocumentVoice, content: DocumentContent): string {
  const absent = `<i>${voice.t('document.absent')}</i>`;
  const field = (title: string, value: string | null) =>
    `${title}: ${value === null ? absent : escapeHtml(value)}`;
  const tasks = (items: readonly { task: string; owner: string | null; due: string | null }[]) =>
    items.map(({ task, owner, due }) => {
      const details = [
        owner === null ? '' : voice.label('document.owner', { owner }),
        due === null ? '' : voice.label('document.due', { due }),
      ].filter(Boolean);
      return details.length === 0 ? `☐ ${task}` : `☐ ${task.replace(/\.$/, '')} — ${details.join(', ')}`;
    });
  const meeting = (m: Extract<DocumentContent, { kind: 'minutes' | 'protocol' }>) => [
    '',
    heading(voice.label('document.participants')),
    ...(m.participants.length === 0 ? [absent] : m.participants.map((name) => `• ${escapeHtml(name)}`)),
    ...(m.topics.length === 0
      ? []
      : [
          '',
          heading(voice.label('document.topics')),
          ...m.topics.map((t, i) => `${i + 1}. <b>${escapeHtml(t.topic)}</b>\n${escapeHtml(t.discussion)}`),
        ]),
    ...list(voice.label('document.decisions'), m.decisions),
    ...(m.tasks.length === 0
      ? []
      : ['', heading(voice.label('document.tasks')), ...tasks(m.tasks).map((task) => escapeHtml(task))]),
  ];
  switch (content.kind) {
    case 'summary':
      return [
        voice.t('document.summary'),
        heading(content.title),
        '',
        ...content.paragraphs.map((paragraph) => escapeHtml(paragraph)),
        ...list(voice.label('document.points'), content.points),
      ].join('\n');
    case 'todo':
      return [
        heading(voice.label('document.todo')),
        '',
        ...(content.tasks.length === 0
          ? [voice.t('document.no_tasks')]
          : tasks(content.tasks).map((task) => escapeHtml(task))),
      ].join('\n');
    case 'minutes':
      return [
        voice.t('document.minutes'),
        heading(content.title),
        field(voice.t('document.date'), content.date),
        ...meeting(content),
      ].join('\n');
    case 'protocol':
      return [
        voice.t('document.protocol'),
        heading(content.title),
        field(voice.t('document.number'), content.number),
        field(voice.t('document.date'), content.date),
        field(voice.t('document.place'), content.place),
        field(voice.t('document.chair'), content.chair),
        field(voice.t('document.secretary'), content.secretary),
        ...meeting(content),
      ].join('\n');
    default:
      return content satisfies never;
  }
}

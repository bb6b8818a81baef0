import { DOCUMENT_KINDS, type Recording } from '@aisha/core';
import { truncate } from '@aisha/providers';
import type { Button, Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../avatars/screens.ts';
import { pageButtons } from '../chat/pages.ts';

const PREVIEW = 600;

export function documentButtons(voice: Pick<Voice, 'label'>, recordingId: string): Button[][] {
  const buttons = DOCUMENT_KINDS.map((kind) => ({
    text: voice.label(`document.${kind}`),
    data: `document:${recordingId}:${kind}`,
  }));
  return buttons.flatMap((_, i) => (i % 2 === 0 ? [buttons.slice(i, i + 2)] : []));
}

export function recordingScreen(turn: Turn, recording: Recording): Screen {
  return {
    text: turn.t('recording.card', {
      title: recording.title,
      date: turn.date(recording.createdAt),
      duration: recording.durationMs === null ? '' : ` · ${turn.duration(recording.durationMs)}`,
      preview: truncate(recording.text ?? '', PREVIEW).text,
    }),
    buttons: [
      ...documentButtons(turn, recording.id),
      [
        { text: turn.label('recording.text'), data: `recording.text:${recording.id}` },
        { text: turn.label('button.delete'), data: `recording.delete:${recording.id}` },
      ],
      [{ text: turn.label('button.back'), data: 'history' }],
    ],
  };
}

export function historyScreen(
  turn: Turn,
  {
    items,
    pages,
    page,
  }: { items: readonly Pick<Recording, 'id' | 'title' | 'durationMs'>[]; pages: number; page: number },
): Screen {
  if (items.length === 0)
    return { text: turn.t('history.empty'), buttons: [[{ text: turn.label('button.menu'), data: 'menu' }]] };
  return {
    text: turn.t('history.title', { page: page + 1, count: pages }),
    buttons: [
      ...items.map((item) => [
        {
          text: `${item.title}${item.durationMs === null ? '' : ` · ${turn.duration(item.durationMs)}`}`,
          data: `recording:${item.id}`,
        },
      ]),
      pageButtons(turn, 'history', page, pages),
      [{ text: turn.label('button.menu'), data: 'menu' }],
    ],
  };
}

export function confirmDeleteRecording(turn: Turn, recording: Recording): Screen {
  return {
    text: turn.t('recording.delete.ask', { title: recording.title }),
    buttons: [
      [{ text: turn.label('recording.delete.yes'), data: `recording.delete.yes:${recording.id}` }],
      [{ text: turn.label('button.back'), data: `recording:${recording.id}` }],
    ],
  };
}

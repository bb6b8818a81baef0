import { READABLY } from '../chat/screen.ts';
import { isolated, shorten } from '@aisha/service';
import type { Recording } from '@aisha/core';
import { button } from '../buttons.ts';
import { pageButtons } from '../chat/pages.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton, noteScreen } from '../menu/screens.ts';

const PREVIEW = 600;

export function recordingScreen(voice: Voice, recording: Recording): Screen {
  return {
    text: voice.t('recording.card', {
      title: recording.title,
      date: voice.date(recording.createdAt),
      duration: recording.durationMs === null ? '' : ` · ${voice.duration(recording.durationMs)}`,
      preview: shorten(recording.text ?? '', PREVIEW, READABLY),
    }),
    buttons: [
      [
        button(voice.label('documents.menu'), 'documents', recording.id, 'card'),
        button(voice.label('export.menu'), 'download', recording.id, 'card'),
      ],
      [
        button(voice.label('button.delete'), 'recording.delete', recording.id),
        button(voice.label('button.back'), 'history'),
      ],
    ],
  };
}

export function historyScreen(
  voice: Voice,
  {
    items,
    pages,
    page,
  }: { items: readonly Pick<Recording, 'id' | 'title' | 'durationMs'>[]; pages: number; page: number },
): Screen {
  if (items.length === 0) return noteScreen(voice, voice.t('history.empty'));
  return {
    text: voice.t('history.title', { page: page + 1, count: pages }),
    buttons: [
      ...items.map((item) => [
        button(
          `${isolated(item.title)}${item.durationMs === null ? '' : ` · ${voice.duration(item.durationMs)}`}`,
          'recording',
          item.id,
        ),
      ]),
      pageButtons(voice, page, pages, (text, to) => button(text, 'history', to)),
      [menuButton(voice)],
    ],
  };
}

export function confirmDeleteRecording(voice: Voice, recording: Recording): Screen {
  return {
    text: voice.t('recording.delete.ask', { title: recording.title }),
    buttons: [
      [button(voice.label('recording.delete.yes'), 'recording.delete.yes', recording.id)],
      [button(voice.label('button.back'), 'recording', recording.id)],
    ],
  };
}

/** The answer to an album of texts. */
export function textsScreen(voice: Voice): Screen {
  return {
    text: voice.t('texts.album'),
    buttons: [[button(voice.label('texts.read'), 'texts.read')], [menuButton(voice)]],
  };
}

/** What can be sent to be transcribed, and the way to the names and terms. */
export function howScreen(voice: Voice): Screen {
  return {
    text: voice.t('transcribe.how'),
    buttons: [[button(voice.label('vocabulary'), 'vocabulary')], [menuButton(voice)]],
  };
}

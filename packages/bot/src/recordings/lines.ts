import { linesOf, paragraphsOf, type Recording, speakersOf, transcriptInRow } from '@aisha/core';
import { escapeHtml } from '@aisha/providers';
import { shorten } from '@aisha/service';
import { button } from '../buttons.ts';
import { rows } from '../chat/button.ts';
import { pageButtons } from '../chat/pages.ts';
import { READABLY, type Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { speakerName } from './results.ts';

const ON_PAGE = 10;

/** Where the paragraphs of a recording begin: each is heard by a press. */
export function linesScreen(voice: Voice, recording: Recording, page: number): Screen {
  const transcript = transcriptInRow(recording);
  const names = speakersOf(recording, transcript);
  let line = 1;
  const starts = paragraphsOf(transcript.segments).map((segments) => {
    const start = { line, said: segments[0] };
    line += linesOf({ ...transcript, segments }).length;
    return start;
  });
  const pages = Math.max(1, Math.ceil(starts.length / ON_PAGE));
  const at = Math.min(Math.max(0, Math.trunc(page)), pages - 1);
  const shown = starts.slice(at * ON_PAGE, (at + 1) * ON_PAGE);
  const text = shown.map(({ said }) => {
    const who =
      said && said.speaker !== null && names.length > 0
        ? `<b>${escapeHtml(speakerName(voice, names, said.speaker))}:</b> `
        : '';
    return `<i>${voice.duration(said?.startMs ?? 0)}</i> ${who}${escapeHtml(shorten(said?.text ?? '', 120, READABLY))}`;
  });
  return {
    text: [voice.t('lines.title'), ...text].join('\n\n'),
    buttons: [
      ...rows(
        shown.map(({ line: number, said }) =>
          button(`▶ ${voice.duration(said?.startMs ?? 0)}`, 'moment', recording.id, number),
        ),
        5,
      ),
      pageButtons(voice, at, pages, (label, to) => button(label, 'lines.page', recording.id, to)),
    ],
  };
}

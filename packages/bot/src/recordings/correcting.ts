import { correctRecording, type Unsure, doubtsOf, findRecording, type Recording, settled } from '@aisha/core';
import { escapeHtml } from '@aisha/providers';
import { shorten } from '@aisha/service';
import { Composer } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { rows } from '../chat/button.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onText } from '../chat/route.ts';
import { READABLY, type Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { cancelButton } from '../menu/screens.ts';
import { correcting } from './dialogue.ts';
import { lineOf, showChanged } from './shown.ts';

/** Words that the recogniser doubts, each put right by a press and a word. */
export function correctingComposer() {
  const composer = new Composer();
  onText(composer, correcting, async (turn, text, { recordingId, segment, index, word }) => {
    turn.state = IDLE;
    const recording = await findRecording(turn.unit.tx, turn.user.id, recordingId);
    const doubt = recording && doubtAt(recording, { segment, index, text: word });
    if (!recording || !doubt) return turn.toast('button.outdated');
    await settle(turn, recording, doubt, text.replace(/\s+/gu, ' ').trim());
  });
  return composer;
}

export const correctingAnswers = {
  doubts: (turn, recording) => {
    if (doubtsOf(recording).length === 0) return turn.toast('button.outdated');
    turn.showButtons(doubtButtons(turn, recording));
  },
  doubt: (turn, recording, segment, index) => {
    const doubt = doubtsOf(recording).find((one) => one.segment === segment && one.index === index);
    if (!doubt) return turn.toast('button.outdated');
    if (turn.isPrivate)
      turn.state = correcting.at({ recordingId: recording.id, segment, index, word: doubt.text });
    turn.send(doubtScreen(turn, recording, doubt));
  },
  'doubt.right': async (turn, recording, segment, index) => {
    const change = settled(recording, { segment, index }, null);
    if (!change) return turn.toast('button.outdated');
    turn.state = IDLE;
    await correctRecording(turn.unit, recording, [change]);
    await showChanged(turn, recording);
    turn.show({ text: turn.t('correction.right') });
  },
} satisfies Partial<Answers>;

/** The place may have moved meanwhile: then it is another word. */
const doubtAt = (recording: Recording, { segment, index, text }: Unsure): Unsure | undefined =>
  doubtsOf(recording).find((one) => one.segment === segment && one.index === index && one.text === text);

/** As many as can be looked through. */
const MOST = 40;

const doubtButtons = (voice: Pick<Voice, 'label'>, recording: Recording) => [
  ...rows(
    doubtsOf(recording)
      .slice(0, MOST)
      .map(({ segment, index, text }) => button(shorten(text, 24), 'doubt', recording.id, segment, index)),
    3,
  ),
  [button(voice.label('button.back'), 'recording.more', recording.id)],
];

function doubtScreen(voice: Voice, recording: Recording, { segment, index, text }: Unsure): Screen {
  const said = recording.segments?.[segment];
  const place = said?.unsure?.[index];
  const around =
    said && place
      ? `${escapeHtml(said.text.slice(0, place.from))}<u>${escapeHtml(text)}</u>${escapeHtml(said.text.slice(place.to))}`
      : '';
  return {
    text: `${voice.t('correction.ask')}\n\n${around}`,
    buttons: [
      [button(voice.label('correction.listen'), 'moment', recording.id, lineOf(recording, segment))],
      [
        button(
          voice.label('correction.keep', { word: shorten(text, 24) }),
          'doubt.right',
          recording.id,
          segment,
          index,
        ),
      ],
      [cancelButton(voice)],
    ],
  };
}

/** Puts a word in the place of a doubted one, and says so. */
export async function settle(turn: Turn, recording: Recording, doubt: Unsure, word: string): Promise<void> {
  const change = word === '' || word.length > 200 ? null : settled(recording, doubt, word);
  if (!change) return turn.send({ text: turn.t('correction.bad') });
  await correctRecording(turn.unit, recording, [change]);
  await showChanged(turn, recording);
  turn.send({ text: turn.t('correction.done', { was: doubt.text, now: shorten(word, 300, READABLY) }) });
}

import { doubtsOf, type Recording, speakersOf, transcriptInRow } from '@aisha/core';
import { button } from '../buttons.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';

/** The answer to an album of texts. */
export function textsScreen(voice: Voice): Screen {
  return {
    text: voice.t('texts.album'),
    buttons: [[button(voice.label('texts.read'), 'texts.read')], [menuButton(voice)]],
  };
}

/** What can be sent to be transcribed, and the way to the names and terms. */
export function howScreen(voice: Voice): Screen {
  const { charged, freeSeconds, transcriptionMinute } = voice.settings.prices;
  const price = voice.t(freeSeconds > 0 ? 'prices.minute' : 'prices.minute.none_free', {
    price: voice.credits(transcriptionMinute),
    free: voice.freeTime(),
  });
  return {
    text: [voice.t('transcribe.how'), charged ? `💳 ${price}` : ''].filter(Boolean).join('\n\n'),
    buttons: [[button(voice.label('vocabulary'), 'vocabulary')], [menuButton(voice)]],
  };
}

/** What can be put right in a recording's text, and heard. */
export function moreButtons(voice: Pick<Voice, 'label'>, recording: Recording) {
  const doubts = doubtsOf(recording).length;
  const transcript = transcriptInRow(recording);
  const isSound = recording.source !== 'text' && transcript.timesFrom !== 'none';
  return [
    [
      button(voice.label('recording.rename.button'), 'recording.rename', recording.id),
      ...(isSound ? [button(voice.label('lines.button'), 'lines', recording.id)] : []),
    ],
    [
      ...(speakersOf(recording, transcript).length > 0
        ? [button(voice.label('speakers.button'), 'speakers', recording.id)]
        : []),
      ...(doubts > 0
        ? [button(voice.label('doubts.button', { number: doubts }), 'doubts', recording.id)]
        : []),
    ],
    [button(voice.label('button.back'), 'recording.buttons', recording.id)],
  ];
}

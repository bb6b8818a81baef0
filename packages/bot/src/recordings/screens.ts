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
  return {
    text: voice.t('transcribe.how'),
    buttons: [[button(voice.label('vocabulary'), 'vocabulary')], [menuButton(voice)]],
  };
}

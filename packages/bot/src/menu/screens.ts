import { LANGUAGES } from '@aisha/db';
import { button } from '../buttons.ts';
import { rows } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';

/** The way back to the menu. */
export const menuButton = (voice: Voice) => button(voice.label('button.menu'), 'menu');
/** The way out of a dialogue. */
export const cancelButton = (voice: Voice) => button(voice.label('button.cancel'), 'cancel');

export function menuScreen(voice: Voice, greeting = ''): Screen {
  const banner = voice.settings.testMode ? `\n\n${voice.t('test.banner')}` : '';
  const entries = [
    'avatars',
    'imagine',
    'transcribe',
    'history',
    'gallery',
    'balance',
    'settings',
    'language',
    'help',
  ] as const;
  return {
    text: `${greeting}${voice.t('menu.text')}${banner}`,
    buttons: rows(
      entries.map((name) => button(voice.label(`menu.${name}`), name)),
      2,
    ),
  };
}

export function languageScreen(voice: Voice): Screen {
  return {
    text: voice.t('language.title'),
    buttons: [
      LANGUAGES.map((language) => button(voice.label(`name.${language}`), 'language.set', language)),
      [menuButton(voice)],
    ],
  };
}

/** What can be done here; prices are spoken of where there are any. */
export function helpScreen(voice: Voice): Screen {
  const { fileLimit, prices } = voice.settings;
  return noteScreen(
    voice,
    [
      voice.t('help.text', { limit: Math.floor(fileLimit / 1024 / 1024) }),
      voice.t(prices.charged ? 'help.account' : 'help.account.free'),
      voice.t('help.more'),
    ].join('\n\n'),
  );
}

/** Everything of theirs goes at that time, unless they stay. */
export function leavingScreen(voice: Voice, at: Date): Screen {
  return {
    text: voice.t('leave.waiting', { date: voice.date(at) }),
    buttons: [
      [button(voice.label('leave.stay'), 'leave.stay')],
      [button(voice.label('leave.now'), 'leave.sure', 'now')],
    ],
  };
}

/** A text with nothing to press but the way back. */
export function noteScreen(voice: Voice, text: string): Screen {
  return { text, buttons: [[menuButton(voice)]] };
}

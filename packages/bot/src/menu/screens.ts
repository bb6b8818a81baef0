import { LANGUAGES } from '@aisha/db';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';

export function menuScreen(turn: Turn, greeting = ''): Screen {
  const banner = turn.settings.testMode ? `\n\n${turn.t('test.banner')}` : '';
  return {
    text: `${greeting}${turn.t('menu.text')}${banner}`,
    buttons: [
      [
        { text: turn.label('menu.avatars'), data: 'avatars' },
        { text: turn.label('menu.imagine'), data: 'imagine' },
      ],
      [
        { text: turn.label('menu.transcribe'), data: 'transcribe' },
        { text: turn.label('menu.history'), data: 'history' },
      ],
      [
        { text: turn.label('menu.gallery'), data: 'gallery' },
        { text: turn.label('menu.balance'), data: 'balance' },
      ],
      [
        { text: turn.label('menu.language'), data: 'language' },
        { text: turn.label('menu.help'), data: 'help' },
      ],
    ],
  };
}

export function languageScreen(turn: Turn): Screen {
  return {
    text: turn.t('language.title'),
    buttons: [
      LANGUAGES.map((language) => ({
        text: turn.label(`name.${language}`),
        data: `language.set:${language}`,
      })),
      [{ text: turn.label('button.menu'), data: 'menu' }],
    ],
  };
}

/** A text with nothing to press but the way back. */
export function noteScreen(turn: Turn, text: string): Screen {
  return { text, buttons: [[{ text: turn.label('button.menu'), data: 'menu' }]] };
}

import type { SettingName, Settings } from '@aisha/core';
import { button } from '../buttons.ts';
import { rows } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';
import { CHOICES, chosenLabel } from './choices.ts';
import { clockIn, GUESSED_ZONE, ZONES } from './zones.ts';

/** In the order in which they are shown. */
const SHOWN = [
  'timeZone',
  'documentLanguage',
  'speechLanguage',
  'speakers',
  'imageAspect',
  'imageCount',
  'notifications',
  'news',
  'incognito',
  'masking',
  'keepRecordings',
  'keepImages',
] as const satisfies readonly SettingName[];

export function settingsScreen(voice: Voice, settings: Settings): Screen {
  return {
    text: voice.t('settings.title'),
    buttons: [
      [button(`${voice.label('settings.language')}: ${voice.label(`name.${voice.language}`)}`, 'language')],
      ...SHOWN.map((name) => [
        button(
          `${voice.label(`settings.${name}`)}: ${
            name === 'timeZone' && settings.timeZone === null
              ? voice.label(`zone.${GUESSED_ZONE}`)
              : chosenLabel(voice, settings, name)
          }`,
          'setting',
          name,
        ),
      ]),
      [menuButton(voice)],
    ],
  };
}

/** What a setting does, and what it may be. */
export function settingScreen(voice: Voice, settings: Settings, name: SettingName): Screen {
  const choices = CHOICES[name].map((choice) =>
    button(
      choice.isChosen(settings) ? `• ${choice.label(voice)} •` : choice.label(voice),
      'setting.set',
      name,
      choice.token,
    ),
  );
  return {
    text: `<b>${voice.t(`settings.${name}`)}</b>\n\n${voice.t(`settings.${name}.about`)}`,
    buttons: [...rows(choices, 2), [button(voice.label('button.back'), 'settings')]],
  };
}

/** Asked once, before the settings are shown for the first time. */
export function timeZoneScreen(voice: Voice): Screen {
  const city = voice.label(`zone.${GUESSED_ZONE}`);
  return {
    text: voice.t('settings.timeZone.ask', { time: clockIn(ZONES[GUESSED_ZONE]), city }),
    buttons: [
      [button(voice.label('settings.timeZone.right'), 'setting.set', 'timeZone', GUESSED_ZONE)],
      [button(voice.label('settings.timeZone.other'), 'setting', 'timeZone')],
    ],
  };
}

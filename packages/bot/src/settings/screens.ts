import type { SettingName, Settings } from '@aisha/core';
import { button } from '../buttons.ts';
import { rows } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';
import { CHOICES, chosenLabel } from './choices.ts';
import { ASKED_ZONES, clockIn, offsetOf, type ZoneName, ZONES } from './zones.ts';

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
        button(`${voice.label(`settings.${name}`)}: ${chosenLabel(voice, settings, name)}`, 'setting', name),
      ]),
      [menuButton(voice)],
    ],
  };
}

/** What a setting does, and what it may be. `unclear`: what was written was none of it. */
export function settingScreen(
  voice: Voice,
  settings: Settings,
  name: SettingName,
  written?: 'unclear',
): Screen {
  const choices = CHOICES[name].map((choice) =>
    button(
      choice.isChosen(settings) ? `• ${choice.label(voice)} •` : choice.label(voice),
      'setting.set',
      name,
      choice.token,
    ),
  );
  return {
    text: [
      `<b>${voice.t(`settings.${name}`)}</b>`,
      ...(written ? [voice.t('settings.timeZone.unclear')] : []),
      voice.t(`settings.${name}.about`),
    ].join('\n\n'),
    buttons: [...rows(choices, 2), [button(voice.label('button.back'), 'settings')]],
  };
}

/** Asked once, before the settings are shown for the first time: whose clock says what theirs does. */
export function timeZoneScreen(voice: Voice, guess: ZoneName): Screen {
  const times = new Map([guess, ...ASKED_ZONES].map((name) => [offsetOf(ZONES[name]), name] as const));
  // The guess, and not another city with the same time.
  times.set(offsetOf(ZONES[guess]), guess);
  const choices = [...times]
    .toSorted(([a], [b]) => a - b)
    .map(([, name]) =>
      button(`${clockIn(ZONES[name])} · ${voice.label(`zone.${name}`)}`, 'setting.set', 'timeZone', name),
    );
  return {
    text: voice.t('settings.timeZone.ask', {
      time: clockIn(ZONES[guess]),
      city: voice.label(`zone.${guess}`),
    }),
    buttons: [
      [button(voice.label('settings.timeZone.right'), 'setting.set', 'timeZone', guess)],
      ...rows(choices, 2),
      [button(voice.label('settings.timeZone.other'), 'setting', 'timeZone')],
    ],
  };
}

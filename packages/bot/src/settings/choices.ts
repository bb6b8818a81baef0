import {
  ASPECT_NAMES,
  chooseSetting,
  COUNT_MAX,
  nameIn,
  OFFERED_LANGUAGES,
  type SettingName,
  type Settings,
  type Unit,
} from '@aisha/core';
import type { Voice } from '../chat/voice.ts';
import { capital } from '../documents/screens.ts';
import { clockIn, ZONE_NAMES, ZONES } from './zones.ts';

/** One of the values that a setting may have: how it is called on a button, and in the button's data. */
export interface Choice {
  readonly token: string;
  readonly label: (voice: Voice) => string;
  readonly isChosen: (settings: Settings) => boolean;
  readonly choose: (unit: Unit, userId: number) => Promise<void>;
}

function among<Name extends SettingName>(
  name: Name,
  values: readonly (readonly [token: string, value: Settings[Name], label: (voice: Voice) => string])[],
): readonly Choice[] {
  return values.map(([token, value, label]) => ({
    token,
    label,
    isChosen: (settings) => settings[name] === value,
    choose: (unit, userId) => chooseSetting(unit, userId, name, value),
  }));
}

const yes = (voice: Voice) => voice.label('settings.yes');
const no = (voice: Voice) => voice.label('settings.no');
const usual = (voice: Voice) => voice.label('settings.usual');

const keeping = (name: 'keepRecordings' | 'keepImages') =>
  among(name, [
    ['ever', null, (voice) => voice.label('settings.keep.ever')],
    ...[1, 7, 30, 90, 365].map(
      (days) =>
        [String(days), days, (voice: Voice) => voice.label('settings.keep.days', { count: days })] as const,
    ),
  ]);

/** What each setting may be: one without its choices does not compile. */
export const CHOICES: { readonly [Name in SettingName]: readonly Choice[] } = {
  timeZone: among(
    'timeZone',
    ZONE_NAMES.map(
      (name) =>
        [name, ZONES[name], (voice) => `${clockIn(ZONES[name])} · ${voice.label(`zone.${name}`)}`] as const,
    ),
  ),
  documentLanguage: among('documentLanguage', [
    ['mine', null, (voice) => voice.label('document.language.mine')],
    ...OFFERED_LANGUAGES.map(
      (code) => [code, code, (voice: Voice) => capital(nameIn(voice.language, code))] as const,
    ),
  ]),
  speechLanguage: among('speechLanguage', [
    ['auto', null, (voice) => voice.label('speech.auto')],
    ...OFFERED_LANGUAGES.map(
      (code) => [code, code, (voice: Voice) => capital(nameIn(voice.language, code))] as const,
    ),
  ]),
  speakers: among('speakers', [
    ['usual', null, (voice) => voice.label('settings.speakers.auto')],
    ['yes', true, yes],
    ['no', false, no],
  ]),
  incognito: among('incognito', [
    ['yes', true, yes],
    ['no', false, no],
  ]),
  masking: among('masking', [
    ['usual', null, usual],
    ['yes', true, yes],
    ['no', false, no],
  ]),
  keepRecordings: keeping('keepRecordings'),
  keepImages: keeping('keepImages'),
  notifications: among('notifications', [
    ['sound', 'sound', (voice) => voice.label('settings.notifications.sound')],
    ['silent', 'silent', (voice) => voice.label('settings.notifications.silent')],
  ]),
  news: among('news', [
    ['yes', true, yes],
    ['no', false, no],
  ]),
  imageAspect: among(
    'imageAspect',
    ASPECT_NAMES.map((aspect) => [aspect.replace(':', 'x'), aspect, () => aspect] as const),
  ),
  imageCount: among(
    'imageCount',
    Array.from({ length: COUNT_MAX }, (_one, n) => [String(n + 1), n + 1, () => String(n + 1)] as const),
  ),
};

/** `14:05 · Hong Kong`: of a zone that has no button the database of time zones knows a city. */
const zoneLabel = (zone: string): string =>
  `${clockIn(zone)} · ${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')}`;

/** What is chosen now; a value that no button has (an older release's, a language in words) is shown as it is. */
export function chosenLabel(voice: Voice, settings: Settings, name: SettingName): string {
  const chosen = CHOICES[name].find((one) => one.isChosen(settings));
  if (chosen) return chosen.label(voice);
  if (name === 'timeZone') return zoneLabel(settings.timeZone ?? voice.timeZone);
  return String(settings[name] ?? '—');
}

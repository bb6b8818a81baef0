import { HOME_ZONE } from '@aisha/core';

/** Time zones that are offered; each is named by a city that its people know (`zone.<name>`). */
export const ZONES = {
  london: 'Europe/London',
  berlin: 'Europe/Berlin',
  kaliningrad: 'Europe/Kaliningrad',
  kyiv: 'Europe/Kyiv',
  moscow: 'Europe/Moscow',
  istanbul: 'Europe/Istanbul',
  samara: 'Europe/Samara',
  tbilisi: 'Asia/Tbilisi',
  dubai: 'Asia/Dubai',
  almaty: 'Asia/Almaty',
  tashkent: 'Asia/Tashkent',
  yekaterinburg: 'Asia/Yekaterinburg',
  bishkek: 'Asia/Bishkek',
  omsk: 'Asia/Omsk',
  novosibirsk: 'Asia/Novosibirsk',
  krasnoyarsk: 'Asia/Krasnoyarsk',
  irkutsk: 'Asia/Irkutsk',
  yakutsk: 'Asia/Yakutsk',
  vladivostok: 'Asia/Vladivostok',
  magadan: 'Asia/Magadan',
  kamchatka: 'Asia/Kamchatka',
  new_york: 'America/New_York',
} as const;

export type ZoneName = keyof typeof ZONES;
/** In the order in which they are offered; of those with the same time the first is meant by a time alone. */
export const ZONE_NAMES: readonly ZoneName[] = [
  'almaty',
  'moscow',
  'tashkent',
  'bishkek',
  'yekaterinburg',
  'omsk',
  'novosibirsk',
  'krasnoyarsk',
  'irkutsk',
  'yakutsk',
  'vladivostok',
  'magadan',
  'kamchatka',
  'samara',
  'kaliningrad',
  'tbilisi',
  'kyiv',
  'istanbul',
  'dubai',
  'berlin',
  'london',
  'new_york',
];

/** Asked about by their time: the zones of Kazakhstan and Russia, west to east, and whoever else has the same time. */
export const ASKED_ZONES: readonly ZoneName[] = [
  'kaliningrad',
  'moscow',
  'samara',
  'almaty',
  'omsk',
  'novosibirsk',
  'irkutsk',
  'yakutsk',
  'vladivostok',
  'kamchatka',
];

const BY_REGION: Readonly<Record<string, ZoneName>> = {
  KZ: 'almaty',
  RU: 'moscow',
  BY: 'moscow',
  UA: 'kyiv',
  UZ: 'tashkent',
  KG: 'bishkek',
  TJ: 'tashkent',
  AM: 'tbilisi',
  AZ: 'tbilisi',
  GE: 'tbilisi',
  TR: 'istanbul',
  AE: 'dubai',
  DE: 'berlin',
  GB: 'london',
  US: 'new_york',
};

/**
 * Where somebody may be, by the language of their Telegram (IETF, `kk`, `en-GB`): a bot is told no time zone. Russian and
 * English alone are read everywhere, so they say nothing: then it is the service's home.
 */
export function guessedZone(languageCode: string | undefined): ZoneName {
  try {
    const { language, region } = new Intl.Locale(languageCode ?? 'ru');
    const known =
      region ?? (['ru', 'en'].includes(language) ? undefined : new Intl.Locale(language).maximize().region);
    return BY_REGION[known ?? ''] ?? home;
  } catch {
    return home;
  }
}
const home: ZoneName = ZONE_NAMES.find((name) => ZONES[name] === HOME_ZONE) ?? 'almaty';

/** The time of day there, `14:05`. */
export const clockIn = (zone: string, now = new Date()): string =>
  new Intl.DateTimeFormat('ru', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(now);

/** Minutes before or after UTC, now. */
export function offsetOf(zone: string, now = new Date()): number {
  const said = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(now)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(said ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

/** Time zones that are offered, from west to east; each is named by a city that its people know (`zone.<name>`). */
export const ZONES = {
  london: 'Europe/London',
  berlin: 'Europe/Berlin',
  kyiv: 'Europe/Kyiv',
  moscow: 'Europe/Moscow',
  istanbul: 'Europe/Istanbul',
  samara: 'Europe/Samara',
  tbilisi: 'Asia/Tbilisi',
  almaty: 'Asia/Almaty',
  tashkent: 'Asia/Tashkent',
  yekaterinburg: 'Asia/Yekaterinburg',
  bishkek: 'Asia/Bishkek',
  novosibirsk: 'Asia/Novosibirsk',
  irkutsk: 'Asia/Irkutsk',
  vladivostok: 'Asia/Vladivostok',
  new_york: 'America/New_York',
} as const;

export type ZoneName = keyof typeof ZONES;
export const ZONE_NAMES: readonly ZoneName[] = [
  'almaty',
  'moscow',
  'tashkent',
  'bishkek',
  'yekaterinburg',
  'samara',
  'novosibirsk',
  'irkutsk',
  'vladivostok',
  'tbilisi',
  'kyiv',
  'istanbul',
  'berlin',
  'london',
  'new_york',
];

/**
 * Telegram tells a bot no time zone, and a phone's language is a poor hint: most who write live in Kazakhstan, whatever
 * they read. So this is what is asked about, once.
 */
export const GUESSED_ZONE: ZoneName = 'almaty';

/** The time of day there, `14:05`. */
export const clockIn = (zone: string, now = new Date()): string =>
  new Intl.DateTimeFormat('ru', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(now);

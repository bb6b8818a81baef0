import { zoneOfCity } from './cities.ts';
import { offsetOf, ZONE_NAMES, ZONES } from './zones.ts';

const DAY = 24 * 60;
/** Clocks that go wrong, and what it takes to write. */
const ROUNDED = 15;

/**
 * The time zone of somebody by what they wrote: a city, the time on their clock (`14:05`, `2:05 pm`) or its distance from
 * UTC (`UTC+5`). IANA's name; null: it is none of these.
 */
export async function zoneTold(written: string, now = new Date()): Promise<string | null> {
  const text = written.trim();
  const offset = offsetWritten(text) ?? offsetOfClock(text, now);
  return offset === null ? zoneOfCity(text) : zoneAt(offset, now);
}

function offsetWritten(text: string): number | null {
  const [, sign, hours, minutes] = /^(?:utc|gmt)?\s*([+−-])\s*(\d{1,2})(?::?(\d{2}))?$/iu.exec(text) ?? [];
  if (hours === undefined) return null;
  return (sign === '+' ? 1 : -1) * (Number(hours) * 60 + Number(minutes ?? 0));
}

function offsetOfClock(text: string, now: Date): number | null {
  const [, hour, minute, half] = /^(\d{1,2})\s*[:.\s-]?\s*(\d{2})\s*(am|pm)?$/iu.exec(text) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  const there =
    half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  const ahead = there * 60 + Number(minute) - (now.getUTCHours() * 60 + now.getUTCMinutes());
  const rounded = Math.round(ahead / ROUNDED) * ROUNDED;
  // A clock says no day: from eleven hours behind to thirteen ahead.
  return ((rounded + DAY + 11 * 60 - 1) % DAY) - 11 * 60 + 1;
}

/** One of those that are offered, else any that has this time now. */
function zoneAt(offset: number, now: Date): string | null {
  const offered = ZONE_NAMES.map((name) => ZONES[name]);
  return (
    [...offered, ...Intl.supportedValuesOf('timeZone')].find((zone) => offsetOf(zone, now) === offset) ?? null
  );
}

import { expect, test } from 'vitest';
import { zoneTold } from './told-time.ts';
import { guessedZone, offsetOf, ZONES } from './zones.ts';

const NOW = new Date('2026-11-27T09:02:00Z');

test.each([
  ['Астана', 'Asia/Almaty'],
  ['г. Шымкент', 'Asia/Almaty'],
  ['Өскемен', 'Asia/Almaty'],
  ['санкт петербург', 'Europe/Moscow'],
  ['Нижний Новгород', 'Europe/Moscow'],
  ['Орёл', 'Europe/Moscow'],
  ['Ростов-на-Дону.', 'Europe/Moscow'],
  ['Berlin', 'Europe/Berlin'],
  ['new york', 'America/New_York'],
  ['Omsk', 'Asia/Omsk'],
  ['14:02', 'Asia/Almaty'],
  ['14.00', 'Asia/Almaty'],
  ['2:05 pm', 'Asia/Almaty'],
  ['1202', 'Europe/Moscow'],
  ['21:00', 'Asia/Kamchatka'],
  ['4:03', 'America/New_York'],
  ['UTC+5', 'Asia/Almaty'],
  ['+10', 'Asia/Vladivostok'],
  ['gmt -5', 'America/New_York'],
])('%s is %s', async (written, zone) => {
  expect(await zoneTold(written, NOW)).toBe(zone);
});

test('half hours are known too, and what is neither a time nor a place is not', async () => {
  const india = (await zoneTold('14:32', NOW)) ?? '';
  expect(offsetOf(india, NOW)).toBe(330);
  for (const written of ['', 'не знаю', 'потом', '25:00', '12:75', 'UTC+40', '🙂', 'Ъъъ', 'x'.repeat(60)])
    expect(await zoneTold(written, NOW), written).toBeNull();
});

test('a time on any clock is the time of the zone that it is taken for', async () => {
  for (let hour = 0; hour < 24; hour += 1) {
    const clock = `${hour}:02`;
    const zone = (await zoneTold(clock, NOW)) ?? '';
    const there = (9 * 60 + 2 + offsetOf(zone, NOW) + 1_440) % 1_440;
    expect(Math.floor(there / 60), `${clock}: ${zone}`).toBe(hour);
  }
});

test('the phone’s language says where its owner may be, where it says anything', () => {
  const guesses = ['kk', 'ru', 'en', 'ru-RU', 'en-GB', 'uz', 'uk', 'tr', 'pt-br', 'de', 'xx-!', undefined];
  expect(guesses.map(guessedZone)).toEqual([
    'almaty',
    'almaty',
    'almaty',
    'moscow',
    'london',
    'tashkent',
    'kyiv',
    'istanbul',
    'almaty',
    'berlin',
    'almaty',
    'almaty',
  ]);
  expect(Object.values(ZONES).every((zone) => Number.isInteger(offsetOf(zone)))).toBe(true);
});

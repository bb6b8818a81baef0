import { expect, test } from 'vitest';
import { saysNothing } from './title.ts';
import { excerptsOf, usable } from './title-by-model.ts';

test.each([
  ['AUD-20261127-WA0001.opus', true],
  ['Новая запись 12.m4a', true],
  ['voice_2026-11-27 10.30.15.ogg', true],
  ['3f2b9c1d77aa.mp3', true],
  ['2026_11_27.wav', true],
  ['Жаңа жазба 3.m4a', true],
  ['Совещание 12 марта.mp3', false],
  ['interview with Anna.m4a', false],
  ['лекция.mp3', false],
])('%s is a name that a machine gave: %s', (name, nothing) => {
  expect(saysNothing(name)).toBe(nothing);
});

test('a title is one line in the letters of its text, however the model wraps it', () => {
  const text = 'Обсудили смету на весну и сроки поставки оборудования.';
  expect(usable('«Смета на весну и сроки поставки»', text)).toBe('Смета на весну и сроки поставки');
  expect(usable('**Смета на весну.**\nи ещё что-то', text)).toBe('Смета на весну');
  expect(usable('Spring budget', text)).toBeNull();
  expect(usable('…', text)).toBeNull();
  expect(usable('слово '.repeat(40), text)?.length).toBeLessThanOrEqual(61);
});

test('of a long text the beginning is read, and some of everywhere to its end', () => {
  const text = Array.from({ length: 60_000 }, (_, n) => `слово${n}`).join(' ');
  const read = excerptsOf(text);
  expect(read.length).toBeLessThan(8_200);
  expect(read.startsWith('слово0 ')).toBe(true);
  expect(read.endsWith('слово59999')).toBe(true);
  expect(excerptsOf('Коротко.')).toBe('Коротко.');
});

import { expect, test } from 'vitest';
import { dayNamed } from './todo.ts';

test.each([
  ['до 2026-11-29', '2026-11-29'],
  ['к 1.12.2026 утром', '2026-12-01'],
  ['до пятницы', null],
  ['31.02.2026', null],
  ['2026-13-01', null],
  ['счёт 12026-11-299', null],
  [null, null],
])('%s names the day %s', (words, day) => {
  expect(dayNamed(words)).toBe(day);
});

import { expect, test } from 'vitest';
import { compareOrder } from './echo.ts';

test.each([
  ['in order', ['/help', '/menu'], ['/help', '/menu'], { misplaced: 0, extra: 0 }],
  ['one twice, late', ['/help', '/menu'], ['/help', '/menu', '/help'], { misplaced: 0, extra: 1 }],
  ['changed places', ['/help', '/menu'], ['/menu', '/help'], { misplaced: 1, extra: 1 }],
  ['one missing', ['/help', '/menu', '/help'], ['/help', '/help'], { misplaced: 2, extra: 1 }],
  ['nothing at all', ['/help'], [], { misplaced: 1, extra: 0 }],
] as const)('answers %s', (_name, commands, answers, verdict) => {
  expect(compareOrder(commands, answers)).toEqual(verdict);
});

import { expect, test } from 'vitest';
import { statusOf } from './outcomes.ts';

test.each([
  ['accepted', 200],
  ['duplicate', 200],
  ['malformed', 400],
  ['forged', 401],
  ['stale', 401],
  ['foreign', 404],
  ['off', 404],
  ['unavailable', 503],
] as const)('%s is answered with %i', (outcome, status) => expect(statusOf(outcome)).toBe(status));

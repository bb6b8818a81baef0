import { describe, expect, test } from 'vitest';
import type { Ratio } from './figures.ts';
import { compare, keep, reaches } from './ratios.ts';

const lower = (...pairs: number[]): Ratio => ({ name: 'cost', better: 'lower', pairs });
const higher = (...pairs: number[]): Ratio => ({ name: 'rate', better: 'higher', pairs });

describe('a goal', () => {
  test.each([
    [lower(1.2, 1.3, 1.35), 1.4, 'yes'],
    [lower(1.5, 1.6, 1.55), 1.4, 'no'],
    [higher(1.1, 1.2, 1), 1, 'yes'],
    [higher(0.8, 0.7, 0.9), 1, 'no'],
    // Far apart, but all say the same.
    [lower(0.5, 0.9, 1.3), 1.4, 'yes'],
    // On both sides, and far apart.
    [lower(1, 1.3, 1.9, 1.5, 1.1), 1.4, 'noisy'],
    // On both sides within what nobody cares about.
    [higher(0.99, 1, 1.01), 1, 'yes'],
  ])('%j against %d: %s', (ratio, goal, verdict) => {
    expect(reaches(ratio, goal)).toBe(verdict);
  });
});

describe('what was committed', () => {
  const kept = keep(lower(1, 1.1, 1.2));

  test.each([
    [lower(1.1, 1.15, 1.2), 'held'],
    [lower(0.5, 0.6, 0.7), 'held'],
    [lower(1.5, 1.6, 1.7), 'worse'],
    [lower(1.5, 1.6, 0.9), 'noisy'],
  ])('%j: %s', (ratio, verdict) => {
    expect(compare(ratio, kept)).toBe(verdict);
  });

  test('of a rate is worse when it falls', () => {
    const rate = keep(higher(1, 1.02, 1.04));
    expect(compare(higher(0.8, 0.81, 0.82), rate)).toBe('worse');
    expect(compare(higher(1.3, 1.4, 1.5), rate)).toBe('held');
  });
});

import { describe, expect, test } from 'vitest';
import { SECTION_CHARACTERS } from './kinds/kind.ts';
import { coverText, nextStep } from './plan.ts';

const row = (from: number, to: number, result: object | null, level = 0) => ({
  level,
  from,
  to,
  result: result && { ...result },
});
const big = (n: number) => ({ text: 'x'.repeat(Math.ceil(SECTION_CHARACTERS / n)) });

describe('what is next for a document', () => {
  test('the whole text is covered, section after section', () => {
    const text = 'Слово и ещё слово. '.repeat(5_000);
    const rows = coverText(text, SECTION_CHARACTERS);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.map(({ from, to }) => text.slice(from, to)).join('')).toBe(text);
  });

  test('as long as one has no result, those without are asked for', () => {
    const rows = [row(0, 5, { a: 1 }), row(5, 9, null), row(9, 12, null)];
    expect(nextStep(rows, 'by-model')).toEqual({ kind: 'ask', open: rows.slice(1) });
  });

  test('the only one is the document', () => {
    expect(nextStep([row(0, 5, { a: 1 })], 'by-model')).toEqual({ kind: 'written', content: { a: 1 } });
    const merged = [row(0, 5, { a: 1 }), row(5, 9, { a: 2 }), row(0, 9, { a: 3 }, 1)];
    expect(nextStep(merged, 'by-model')).toEqual({ kind: 'written', content: { a: 3 } });
  });

  test('several are merged, as many as fit; one that is left over goes up as it is', () => {
    const rows = [0, 1, 2, 3, 4].map((n) => row(n, n + 1, big(3)));
    expect(nextStep(rows, 'by-model')).toEqual({
      kind: 'merge',
      rows: [row(0, 2, null, 1), row(2, 4, null, 1), row(4, 5, big(3), 1)],
    });
  });

  test('every level is shorter than the one below, however large its results are', () => {
    let rows = Array.from({ length: 9 }, (_, n) => row(n, n + 1, big(0.5)));
    const lengths = [rows.length];
    for (let step = nextStep(rows, 'by-model'); step.kind === 'merge'; step = nextStep(rows, 'by-model')) {
      rows = step.rows.map((merged) => ({ ...merged, result: big(0.5) }));
      lengths.push(rows.length);
    }
    expect(lengths).toEqual([9, 5, 3, 2, 1]);
  });

  test('a kind that joins is put together without asking anybody', () => {
    const join = (parts: readonly unknown[]) => ({ parts });
    const rows = [row(0, 5, { a: 1 }), row(5, 9, { a: 2 })];
    expect(nextStep(rows, join)).toEqual({ kind: 'written', content: { parts: [{ a: 1 }, { a: 2 }] } });
  });
});

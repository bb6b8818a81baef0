/** One line of the report: what was measured, and the goal that it is held against, if any. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly goal?: string;
  readonly reached?: boolean;
}

export interface Chapter {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly method: string;
  readonly figures: readonly Figure[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN;
}

export const round = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });

/** Held against a goal. */
export const figure = (what: string, value: string, goal?: string, reached?: boolean): Figure => ({
  what,
  value,
  ...(goal === undefined ? {} : { goal }),
  ...(reached === undefined ? {} : { reached }),
});

export function table({ title, method, figures }: Chapter): string {
  const rows = figures.map(
    ({ what, value, goal, reached }) =>
      `| ${what} | ${value} | ${goal ?? ''} | ${reached === undefined ? '' : reached ? 'yes' : '**no**'} |`,
  );
  return [
    `## ${title}`,
    '',
    method,
    '',
    '| what | measured | goal | reached |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

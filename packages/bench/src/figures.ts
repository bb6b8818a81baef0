import { type Costs, ROLES } from './cpu.ts';

/** Ours against a peer's, once for each pair of runs in turn: only what is measured side by side is compared. */
export interface Ratio {
  /** Stays for ever: committed ratios are found by it. */
  readonly name: string;
  readonly better: 'lower' | 'higher';
  readonly pairs: readonly number[];
}

/** Whether a goal is reached; `noisy`: measurements contradict each other, so that nothing may be said. */
export type Verdict = 'yes' | 'no' | 'noisy';

/** One line of the report: what was measured, and the goal that it is held against, if any. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly goal?: string;
  readonly reached?: Verdict;
}

/** What a unit of work cost each process: one line for ours and one for each peer. */
export interface Profile {
  /** What is counted: `webhook`, `update`. */
  readonly unit: string;
  readonly contenders: Readonly<Record<string, Costs>>;
}

export interface Chapter {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly method: string;
  readonly figures: readonly Figure[];
  /** Compared with what is committed by `--check`. */
  readonly ratios?: readonly Ratio[];
  readonly profile?: Profile;
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

/** Of several runs, what the middle one cost each process. */
export function medianCosts(runs: readonly Costs[]): Costs {
  const middle: Costs = {};
  for (const role of ROLES) {
    const values = runs.flatMap((run) => run[role] ?? []);
    if (values.length > 0) middle[role] = median(values);
  }
  return middle;
}

export const round = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });

/** Held against a goal. */
export const figure = (what: string, value: string, goal?: string, reached?: boolean | Verdict): Figure => ({
  what,
  value,
  ...(goal === undefined ? {} : { goal }),
  ...(reached === undefined
    ? {}
    : { reached: typeof reached === 'boolean' ? (reached ? 'yes' : 'no') : reached }),
});

const SAID: Readonly<Record<Verdict, string>> = { yes: 'yes', no: '**no**', noisy: 'noisy: no verdict' };

export function table({ title, method, figures, profile }: Chapter, withProfile: boolean): string {
  const rows = figures.map(
    ({ what, value, goal, reached }) =>
      `| ${what} | ${value} | ${goal ?? ''} | ${reached === undefined ? '' : SAID[reached]} |`,
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
    ...(profile && withProfile ? profileTable(profile) : []),
  ].join('\n');
}

function profileTable({ unit, contenders }: Profile): string[] {
  const roles = ROLES.filter((role) => Object.values(contenders).some((all) => all[role] !== undefined));
  const cells = (all: Costs) => roles.map((role) => (all[role] === undefined ? '' : round(all[role])));
  return [
    `| µs of CPU per ${unit} | ${roles.join(' | ')} |`,
    `| --- |${' --- |'.repeat(roles.length)}`,
    ...Object.entries(contenders).map(([name, all]) => `| ${name} | ${cells(all).join(' | ')} |`),
    '',
  ];
}

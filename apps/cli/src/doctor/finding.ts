import type { loadEachPart } from '@aisha/config';
import { reasonOf } from '../reason.ts';

/** `skipped`: it could not be tried, because something that it needs is wrong. */
export type Verdict = 'ok' | 'warning' | 'failed' | 'skipped';

export interface Finding {
  readonly verdict: Verdict;
  /** What was tried. */
  readonly what: string;
  readonly found: string;
  readonly mend?: string;
}

export const ok = (what: string, found: string): Finding => ({ verdict: 'ok', what, found });
export const warning = (what: string, found: string, mend: string): Finding => ({
  verdict: 'warning',
  what,
  found,
  mend,
});
export const failed = (what: string, found: string, mend: string): Finding => ({
  verdict: 'failed',
  what,
  found,
  mend,
});

/** Every part of the configuration that is right; null where it is wrong. */
export type Parts = ReturnType<typeof loadEachPart>;

/** One part of Aisha that is tried. It returns what it found and never throws for what it was to find out. */
export type Check = (parts: Parts) => Promise<Finding[]>;

/** For a part whose variables are wrong; the configuration check says which. */
export const unconfigured = (what: string): Finding[] => [
  {
    verdict: 'skipped',
    what,
    found: 'not tried: its configuration is wrong (`aisha doctor --only configuration` says where)',
  },
];

/** One attempt; a failure of any kind is a finding. */
export async function attempt(
  what: string,
  mend: string | ((error: unknown) => string),
  run: () => Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  try {
    return [await run()].flat();
  } catch (error) {
    return [failed(what, reasonOf(error), typeof mend === 'string' ? mend : mend(error))];
  }
}

import { classifyError, retryAfterOf } from '@aisha/service';

/** What becomes of a job whose handler failed. */
export type Verdict =
  /** Nothing will help, or all attempts are used: given up, and its `giveUp` called. */
  | { readonly kind: 'give-up' }
  /** The other side said when to come back: no attempt is used up. */
  | { readonly kind: 'postpone'; readonly delayMs: number }
  /** An attempt is used up; the next one after the definition's back-off. */
  | { readonly kind: 'retry' };

export interface Attempt {
  /** 1 for the first. */
  readonly attempt: number;
  readonly attempts: number;
  /** How often the job was started, postponements included. */
  readonly starts: number;
}

/** A side that says "later" this often is not passing any more: then postponements use up attempts. */
export const MAX_STARTS = 100;

/** Longer waits belong into the row's next-check time, not into Redis. */
const LONGEST_POSTPONE_MS = 3_600_000;

export function judgeFailure(error: unknown, { attempt, attempts, starts }: Attempt): Verdict {
  const fault = classifyError(error);
  if (fault === 'user') return { kind: 'give-up' };
  const retryAfterMs = retryAfterOf(error);
  if (fault === 'transient' && retryAfterMs !== null && starts < MAX_STARTS) {
    return { kind: 'postpone', delayMs: Math.min(Math.max(retryAfterMs, 100), LONGEST_POSTPONE_MS) };
  }
  return attempt >= attempts ? { kind: 'give-up' } : { kind: 'retry' };
}

import { TransientError, UserError } from '@aisha/service';
import { expect, test } from 'vitest';
import { judgeFailure, MAX_STARTS } from './failure.ts';

const first = { attempt: 1, attempts: 3, starts: 1 };
const last = { attempt: 3, attempts: 3, starts: 3 };
const later = new TransientError('429', { retryAfterMs: 5_000 });

test.each([
  ['a user error is final', new UserError('x'), first, { kind: 'give-up' }],
  ['a passing one is retried', new TransientError('x'), first, { kind: 'retry' }],
  ['a bug is retried too', new TypeError('x'), first, { kind: 'retry' }],
  ['the last attempt is the last', new TransientError('x'), last, { kind: 'give-up' }],
  ['a wait that was asked for is kept', later, first, { kind: 'postpone', delayMs: 5_000 }],
  ['also at the last attempt', later, last, { kind: 'postpone', delayMs: 5_000 }],
  ['and found in the cause', new Error('x', { cause: later }), first, { kind: 'postpone', delayMs: 5_000 }],
  ['but not for ever', later, { ...last, starts: MAX_STARTS }, { kind: 'give-up' }],
  [
    'a day is not waited for in Redis',
    new TransientError('x', { retryAfterMs: 86_400_000 }),
    first,
    { kind: 'postpone', delayMs: 3_600_000 },
  ],
])('%s', (_what, error, attempt, verdict) => {
  expect(judgeFailure(error, attempt)).toEqual(verdict);
});

import { integer } from '../variables.ts';
import { group } from './group.ts';

/** Paid calls of providers: a hard stop, whatever asks for them. */
export interface SpendingLimits {
  readonly perRecording: number;
  readonly perPersonADay: number;
}

export const spendingGroup = group({
  title: 'Spending (a hard stop; counts of paid calls, not prices)',
  variables: {
    PAID_CALLS_PER_RECORDING: {
      // Twelve hours are 144 pieces; each may be asked for twice.
      schema: integer(1, 100_000, 300),
      doc: 'Calls of the speech model for one recording at most.',
      expected: 'a number from 1 to 100000',
      example: '300',
    },
    PAID_CALLS_PER_PERSON_A_DAY: {
      // Forty hours of speech: nobody speaks as long, and what somebody forges ends here.
      schema: integer(1, 1_000_000, 600),
      doc: 'Calls of the speech model for one person in a day (UTC) at most.',
      expected: 'a number from 1 to 1000000',
      example: '600',
    },
  },
  build: (v): SpendingLimits => ({
    perRecording: v.PAID_CALLS_PER_RECORDING,
    perPersonADay: v.PAID_CALLS_PER_PERSON_A_DAY,
  }),
});

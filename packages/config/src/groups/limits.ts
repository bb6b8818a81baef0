import { z } from 'zod';
import { integer } from '../variables.ts';
import { group } from './group.ts';

/** How much of the service one person, or one group, may have; reached, the rest is refused with a kind word. */
export interface Share {
  /** Orders that wait or are worked on. */
  readonly underWay: number;
  readonly perMinute: number;
  readonly perDay: number;
}

export interface FairShares {
  /** All orders of one person. */
  readonly person: Share;
  /** Of these, what FAL works for: each costs the operator money at once. */
  readonly fal: Share;
  /** All orders in one group, whoever places them. */
  readonly group: Share;
  readonly updatesPerMinute: number;
  /** Credits that one person, and all in one group, may set aside for orders in a day. */
  readonly creditsPerDay: { readonly person: number; readonly group: number };
  /** For how long an order waits for a provider whose account is closed, or that an operator paused; then it fails. */
  readonly providerWaitHours: number;
  /** Promo codes that do not exist, typed by one person. */
  readonly wrongCodesPerHour: number;
}

const share = (underWay: number, perMinute: number, perDay: number) =>
  z
    .string()
    .regex(/^\d{1,6}\/\d{1,6}\/\d{1,6}$/)
    .default(`${underWay}/${perMinute}/${perDay}`)
    .transform((text): Share => {
      const [under = 0, minute = 0, day = 0] = text.split('/').map(Number);
      return { underWay: under, perMinute: minute, perDay: day };
    });
const EXPECTED = 'three numbers: under way/a minute/a day, for example 20/30/400';

export const limitsGroup = group({
  title: 'Fair shares (of one person, of one group)',
  variables: {
    LIMIT_PERSON: {
      // A morning's forwarded voice messages pass; the worker's queues hold a few hundred jobs comfortably.
      schema: share(40, 40, 600),
      doc: 'Orders of one person: under way/a minute/a day.',
      expected: EXPECTED,
      example: '40/40/600',
    },
    LIMIT_FAL: {
      aliases: ['LIMIT_DRAWING'],
      // Nobody looks at more at once; while FAL fails at once, people try again and again.
      schema: share(15, 40, 300),
      doc: 'Of these, images and trainings.',
      expected: EXPECTED,
      example: '15/40/300',
    },
    LIMIT_GROUP: {
      schema: share(60, 60, 1_000),
      doc: 'Orders in one group.',
      expected: EXPECTED,
      example: '60/60/1000',
    },
    LIMIT_CREDITS_PER_PERSON_A_DAY: {
      // Thirty trainings, or a thousand images: whose account is stolen does not lose more.
      schema: integer(1, 10_000_000, 5_000),
      doc: 'Credits that one person may spend in a day.',
      expected: 'a number from 1 to 10000000',
      example: '5000',
    },
    LIMIT_CREDITS_PER_GROUP_A_DAY: {
      schema: integer(1, 10_000_000, 20_000),
      doc: 'Credits that may be spent in one group in a day, whoever orders.',
      expected: 'a number from 1 to 10000000',
      example: '20000',
    },
    LIMIT_UPDATES_PER_MINUTE: {
      // 300 photos at once, and typing and pressing as fast as one can beside them.
      schema: integer(10, 100_000, 600),
      doc: 'Messages and presses of one person that are looked at; one word says that the others were not.',
      expected: 'a number from 10 to 100000',
      example: '600',
    },
    LIMIT_PROVIDER_WAIT_HOURS: {
      // An account is topped up within a working day; whoever waits may cancel at any time.
      schema: integer(0, 720, 24),
      doc: 'Hours for which orders wait while a provider refuses our account, or is paused by an operator; then they fail, and cost nothing. 0: they fail at once.',
      expected: 'a number from 0 to 720',
      example: '24',
    },
    LIMIT_WRONG_CODES_PER_HOUR: {
      schema: integer(1, 1_000, 5),
      doc: 'Promo codes that do not exist which one person may try.',
      expected: 'a number from 1 to 1000',
      example: '5',
    },
  },
  build: (v): FairShares => ({
    person: v.LIMIT_PERSON,
    fal: v.LIMIT_FAL,
    group: v.LIMIT_GROUP,
    creditsPerDay: { person: v.LIMIT_CREDITS_PER_PERSON_A_DAY, group: v.LIMIT_CREDITS_PER_GROUP_A_DAY },
    updatesPerMinute: v.LIMIT_UPDATES_PER_MINUTE,
    providerWaitHours: v.LIMIT_PROVIDER_WAIT_HOURS,
    wrongCodesPerHour: v.LIMIT_WRONG_CODES_PER_HOUR,
  }),
});

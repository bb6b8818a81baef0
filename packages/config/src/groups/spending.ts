import { z } from 'zod';
import { integer } from '../variables.ts';
import { group } from './group.ts';

/** What providers may be asked for: a hard stop, whatever asks. Calls are counted before each is made. */
export interface SpendingLimits {
  /** For one recording, one document, one order of images. */
  readonly perRecording: number;
  readonly perDocument: number;
  readonly perImage: number;
  /** For one person in a day (UTC): calls of speech models, calls of text models, requests at FAL. */
  readonly perDay: { readonly speech: number; readonly text: number; readonly fal: number };
  /** Of FAL's, by the models' prices. */
  readonly usdPerDay: number;
  /** Of all providers, for what is ordered in one group. */
  readonly usdPerGroupADay: number;
  /** Of all providers, for everybody: then new orders wait for the next day. */
  readonly capUsdPerDay: number;
  /** Of that cap, in parts of one: what one person, one group and all newcomers together may take of it. */
  readonly shares: { readonly person: number; readonly group: number; readonly newcomers: number };
  /** What the text model bills for a million tokens, read or written. */
  readonly textUsdPerMillionTokens: number;
}

export const spendingGroup = group({
  title: 'Spending (a hard stop, counted before each paid call)',
  variables: {
    PAID_CALLS_PER_RECORDING: {
      // Twelve hours are 360 pieces; each may be asked for twice, and of a second recogniser.
      schema: integer(1, 100_000, 1_000),
      doc: 'Calls of the speech model for one recording at most.',
      expected: 'a number from 1 to 100000',
      example: '1000',
    },
    PAID_CALLS_PER_DOCUMENT: {
      // Three million characters are 125 sections; merging takes a third as many, and every tenth call a repeat.
      schema: integer(1, 100_000, 250),
      doc: 'Calls of the text model for one document at most.',
      expected: 'a number from 1 to 100000',
      example: '250',
    },
    PAID_CALLS_PER_IMAGE: {
      aliases: ['PAID_CALLS_PER_PICTURE'],
      // A judgement, a review, a look at a sample and two translations each time that the order begins anew (eight times,
      // when providers are down).
      schema: integer(1, 100_000, 40),
      doc: 'Calls of OpenAI for one order of images at most.',
      expected: 'a number from 1 to 100000',
      example: '24',
    },
    PAID_CALLS_PER_PERSON_A_DAY: {
      // Forty hours of speech: nobody speaks as long, and what somebody forges ends here.
      schema: integer(1, 1_000_000, 1_500),
      doc: 'Calls of the speech model for one person in a day (UTC) at most.',
      expected: 'a number from 1 to 1000000',
      example: '1500',
    },
    PAID_TEXTS_PER_PERSON_A_DAY: {
      // Three hundred images with their checks and translations, and some hundred documents.
      schema: integer(1, 1_000_000, 1_000),
      doc: 'Calls of the text and moderation models for one person in a day (UTC) at most.',
      expected: 'a number from 1 to 1000000',
      example: '1000',
    },
    FAL_REQUESTS_PER_PERSON_A_DAY: {
      // As many as orders of images and trainings (LIMIT_FAL); it holds where those are raised, too.
      schema: integer(1, 1_000_000, 300),
      doc: 'Requests at FAL for one person in a day (UTC) at most.',
      expected: 'a number from 1 to 1000000',
      example: '300',
    },
    FAL_USD_PER_PERSON_A_DAY: {
      // Four of the dearest trainings, or three hundred orders of four images.
      schema: integer(1, 100_000, 50),
      doc: 'US dollars at FAL for one person in a day (UTC) at most, by the prices of the models.',
      expected: 'a number from 1 to 100000',
      example: '50',
    },
    USD_PER_GROUP_A_DAY: {
      // Four persons' worth of drawing.
      schema: integer(1, 1_000_000, 200),
      doc: 'US dollars at all providers for what is ordered in one group in a day (UTC) at most.',
      expected: 'a number from 1 to 1000000',
      example: '200',
    },
    SPEND_CAP_USD_DAY: {
      schema: integer(1, 10_000_000, 1_000),
      doc: 'US dollars at all providers for everybody in a day (UTC). Operators hear of 80 %; from 100 % on new orders wait until midnight, or until this is raised.',
      expected: 'a number from 1 to 10000000',
      example: '1000',
    },
    SPEND_SHARE_PERSON: {
      // Twenty people at once would have to do their utmost; of the default cap it is what one may have of FAL in a day.
      schema: integer(1, 100, 5),
      doc: 'Of SPEND_CAP_USD_DAY, in per cent, what one person may take: then their new orders wait until midnight, and nobody else’s.',
      expected: 'a number from 1 to 100',
      example: '5',
    },
    SPEND_SHARE_GROUP: {
      // Four people’s, as with USD_PER_GROUP_A_DAY.
      schema: integer(1, 100, 20),
      doc: 'The same for all that is ordered in one group.',
      expected: 'a number from 1 to 100',
      example: '20',
    },
    SPEND_SHARE_NEWCOMERS: {
      // Anybody makes as many accounts and groups as they like: three quarters of a day are left to those who were here before.
      schema: integer(1, 100, 25),
      doc: 'The same for everybody together who came within the last 24 hours and never paid.',
      expected: 'a number from 1 to 100',
      example: '25',
    },
    TEXT_USD_PER_MILLION_TOKENS: {
      schema: z.coerce.number().nonnegative().max(10_000).default(1),
      doc: 'What OPENAI_MODEL bills for a million tokens, read or written, in US dollars: for the check of prices and the cap.',
      expected: 'a number of dollars, 0 for a server of your own',
      example: '1',
    },
  },
  build: (v): SpendingLimits => ({
    perRecording: v.PAID_CALLS_PER_RECORDING,
    perDocument: v.PAID_CALLS_PER_DOCUMENT,
    perImage: v.PAID_CALLS_PER_IMAGE,
    perDay: {
      speech: v.PAID_CALLS_PER_PERSON_A_DAY,
      text: v.PAID_TEXTS_PER_PERSON_A_DAY,
      fal: v.FAL_REQUESTS_PER_PERSON_A_DAY,
    },
    usdPerDay: v.FAL_USD_PER_PERSON_A_DAY,
    usdPerGroupADay: v.USD_PER_GROUP_A_DAY,
    capUsdPerDay: v.SPEND_CAP_USD_DAY,
    shares: {
      person: v.SPEND_SHARE_PERSON / 100,
      group: v.SPEND_SHARE_GROUP / 100,
      newcomers: v.SPEND_SHARE_NEWCOMERS / 100,
    },
    textUsdPerMillionTokens: v.TEXT_USD_PER_MILLION_TOKENS,
  }),
});

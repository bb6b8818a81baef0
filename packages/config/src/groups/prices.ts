import { z } from 'zod';
import { boolean, integer } from '../variables.ts';
import { group } from './group.ts';

/** What everything costs its user, in whole credits. The only list: nothing else names a price. */
export interface Prices {
  /** False: everything is free, and the product says so. */
  readonly charged: boolean;
  /** Given once to somebody new. */
  readonly welcome: number;
  readonly training: { readonly fast: number; readonly balanced: number; readonly quality: number };
  /** Each picture. */
  readonly image: number;
  /** Each picture where the person chose the best quality. */
  readonly imageBest: number;
  /** A picture changed by words, one enlarged, one set in motion. */
  readonly edit: number;
  readonly upscale: number;
  readonly video: number;
  /** Each minute of a recording beyond the free ones, begun ones in full. */
  readonly transcriptionMinute: number;
  readonly freeSeconds: number;
  readonly document: number;
  /** An answer of one's recordings, with its quotes. */
  readonly question: number;
  /** What a credit brings in, in US dollars: against it stands what the providers bill. */
  readonly usdPerCredit: number;
  /** Prices that do not cover what the providers bill are meant so. */
  readonly belowCost: boolean;
}

/** The greatest that stands on a button. */
const credits = (fallback: number) => integer(0, 40_000, fallback);
const CREDITS = 'whole credits, from 0 to 40000';

export const pricesGroup = group({
  title: 'Credits and prices',
  variables: {
    CREDITS: {
      schema: boolean(true),
      doc: 'Whether orders cost credits; off: everything is free, and the bot says so.',
      expected: 'on or off',
      example: 'on',
    },
    CREDITS_WELCOME: {
      schema: credits(300),
      doc: 'Given once to everybody new.',
      expected: CREDITS,
      example: '300',
    },
    PRICE_TRAINING_FAST: {
      schema: credits(150),
      doc: 'The training of an avatar, quickly.',
      expected: CREDITS,
      example: '150',
    },
    PRICE_TRAINING_BALANCED: {
      schema: credits(150),
      doc: 'The same, as most want it.',
      expected: CREDITS,
      example: '150',
    },
    PRICE_TRAINING_QUALITY: {
      schema: credits(150),
      doc: 'The same, as well as it can be.',
      expected: CREDITS,
      example: '150',
    },
    PRICE_IMAGE: { schema: credits(5), doc: 'Each picture.', expected: CREDITS, example: '5' },
    PRICE_IMAGE_BEST: {
      schema: credits(10),
      doc: 'Each picture in the best quality.',
      expected: CREDITS,
      example: '10',
    },
    PRICE_EDIT: {
      schema: credits(5),
      doc: 'A picture changed by words.',
      expected: CREDITS,
      example: '5',
    },
    PRICE_UPSCALE: { schema: credits(3), doc: 'A picture enlarged.', expected: CREDITS, example: '3' },
    PRICE_VIDEO: {
      schema: credits(15),
      doc: 'A short video from a picture.',
      expected: CREDITS,
      example: '15',
    },
    PRICE_TRANSCRIPTION_MINUTE: {
      schema: credits(10),
      doc: 'Each minute of a recording beyond the free ones; begun ones in full.',
      expected: CREDITS,
      example: '10',
    },
    FREE_SECONDS: {
      schema: integer(0, 86_400, 60),
      doc: 'So much of every recording is free.',
      expected: 'seconds, from 0 to 86400',
      example: '60',
    },
    PRICE_DOCUMENT: {
      schema: credits(5),
      doc: 'A document over a recording or a text; one over more than 100,000 characters costs as many times more.',
      expected: CREDITS,
      example: '5',
    },
    PRICE_QUESTION: {
      schema: credits(3),
      doc: 'An answer to a question about recordings; one that they do not answer costs nothing.',
      expected: CREDITS,
      example: '3',
    },
    CREDIT_USD: {
      // The dearest training of the catalogue's defaults bills 6.00 $, which 150 credits cover with a quarter to spare.
      schema: z.coerce.number().positive().max(1_000).default(0.05),
      doc: 'What you get for a credit, in US dollars (of the cheapest pack): prices are held against what providers bill.',
      expected: 'a number of dollars, for example 0.05',
      example: '0.05',
    },
    PRICES_BELOW_COST: {
      schema: z.enum(['refuse', 'allow']).default('refuse'),
      doc: 'Whether prices may stand below what the providers bill; otherwise a process with such prices does not start.',
      expected: 'refuse or allow',
    },
  },
  build: (v): Prices => ({
    charged: v.CREDITS,
    welcome: v.CREDITS_WELCOME,
    training: {
      fast: v.PRICE_TRAINING_FAST,
      balanced: v.PRICE_TRAINING_BALANCED,
      quality: v.PRICE_TRAINING_QUALITY,
    },
    image: v.PRICE_IMAGE,
    imageBest: v.PRICE_IMAGE_BEST,
    edit: v.PRICE_EDIT,
    upscale: v.PRICE_UPSCALE,
    video: v.PRICE_VIDEO,
    transcriptionMinute: v.PRICE_TRANSCRIPTION_MINUTE,
    freeSeconds: v.FREE_SECONDS,
    document: v.PRICE_DOCUMENT,
    question: v.PRICE_QUESTION,
    usdPerCredit: v.CREDIT_USD,
    belowCost: v.PRICES_BELOW_COST === 'allow',
  }),
});

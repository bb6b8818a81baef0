import { z } from 'zod';
import { boolean, integer } from '../variables.ts';
import { group } from './group.ts';

/** So many credits at once. */
export interface Pack {
  /** For buttons, logs and commands; small letters, digits and underscores. */
  readonly name: string;
  readonly credits: number;
  readonly stars: number;
  /** In the smallest units of `card.currency`; null: sold for Stars alone. */
  readonly price: number | null;
}

/** So many credits every 30 days, for Stars. */
export type Plan = Omit<Pack, 'price'>;

export interface PaymentsConfig {
  /** Off: nothing is sold; what was paid before is credited all the same. */
  readonly selling: boolean;
  readonly packs: readonly Pack[];
  readonly plans: readonly Plan[];
  /** How cards are taken, if they are: the currency, and the token of whoever takes them. */
  readonly card: { readonly currency: string; readonly token: string } | null;
  /** What Telegram pays out for a Star, in US dollars. */
  readonly usdPerStar: number;
  /** How often the providers' statements are read. */
  readonly statementSeconds: number;
  /** Whole credits for either of the two; `perDay`: how many of one inviter are credited without an operator. */
  readonly referrals: { readonly inviter: number; readonly invited: number; readonly perDay: number };
}

/** The most that Telegram takes for one invoice, and for one period of a subscription. */
const MOST_STARS = 100_000;
const MOST_STARS_MONTHLY = 10_000;

const offers = <T>(most: number, withPrice: boolean, fallback: string, make: (offer: Pack) => T) =>
  z
    .string()
    .default(fallback)
    .transform((text, ctx): T[] => {
      const made: T[] = [];
      const names = new Set<string>();
      for (const one of text.split(/[\s,;]+/).filter(Boolean)) {
        const found = /^([a-z0-9_]{1,20})=(\d{1,7})\/(\d{1,6})(?:\/(\d{1,9}))?$/.exec(one);
        const [, name = '', credits = 0, stars = 0, price] = found ?? [];
        const isRight = found && Number(credits) > 0 && Number(stars) > 0 && Number(stars) <= most;
        if (!isRight || names.has(name) || (price !== undefined && (!withPrice || Number(price) === 0))) {
          ctx.addIssue('not an offer');
          return z.NEVER;
        }
        names.add(name);
        made.push(
          make({
            name,
            credits: Number(credits),
            stars: Number(stars),
            price: price === undefined ? null : Number(price),
          }),
        );
      }
      return made;
    });

export const paymentsGroup = group({
  title: 'Payments',
  variables: {
    PAYMENTS: {
      schema: boolean(true),
      doc: 'Whether credits are sold. Switched off, what was paid before is credited and refunded all the same.',
      expected: 'on or off',
      example: 'on',
    },
    PAYMENT_PACKS: {
      // A Star brings 0.013 dollars: the cheapest credit among these brings the 0.05 of CREDIT_USD.
      schema: offers(MOST_STARS, true, 'small=100/450,medium=500/2000,large=1500/5800', (pack) => pack),
      doc: 'Packs of credits: name=credits/Stars, and a third number where it is sold by card too: its price in the smallest units of PAYMENT_CURRENCY.',
      expected: 'for example small=100/450,medium=500/2000 or small=100/450/299000',
      example: 'small=100/450,medium=500/2000,large=1500/5800',
    },
    PAYMENT_SUBSCRIPTIONS: {
      schema: offers(
        MOST_STARS_MONTHLY,
        false,
        'monthly=600/2350',
        ({ price: _price, ...plan }): Plan => plan,
      ),
      doc: 'Subscriptions, paid with Stars every 30 days: name=credits/Stars. An empty list is written as a comma.',
      expected: 'for example monthly=600/2350; at most 10000 Stars',
      example: 'monthly=600/2350',
    },
    STAR_USD: {
      // core.telegram.org: developers are paid 0.013 $ for a Star.
      schema: z.coerce.number().positive().max(10).default(0.013),
      doc: 'What you get for a Star, in US dollars: packs and subscriptions are held against CREDIT_USD.',
      expected: 'a number of dollars, for example 0.013',
      example: '0.013',
    },
    PAYMENT_PROVIDER_TOKEN: {
      schema: z.string().min(10).optional(),
      doc: 'From @BotFather, of a payment provider that takes cards. Telegram demands Stars for digital goods in its apps: mind its rules.',
      expected: 'a provider token from @BotFather',
      secret: true,
    },
    PAYMENT_CURRENCY: {
      schema: z
        .string()
        .toUpperCase()
        .pipe(z.string().regex(/^(?!XTR$)[A-Z]{3}$/))
        .default('KZT'),
      doc: 'What cards pay in.',
      expected: 'three letters, for example KZT',
      example: 'KZT',
    },
    PAYMENT_STATEMENT_SECONDS: {
      schema: integer(1, 86_400, 300),
      doc: 'How often what was paid is compared with the statement of Telegram.',
      expected: 'a number from 1 to 86400',
      example: '300',
    },
    REFERRAL_INVITER: {
      schema: integer(0, 100_000, 30),
      doc: 'Credits for whoever invited somebody, once their first paid order ended well. 0 with REFERRAL_INVITED=0: nobody is invited.',
      expected: 'a number from 0 to 100000',
      example: '30',
    },
    REFERRAL_INVITED: {
      schema: integer(0, 100_000, 30),
      doc: 'Credits for whoever was invited, then.',
      expected: 'a number from 0 to 100000',
      example: '30',
    },
    REFERRALS_PER_DAY: {
      schema: integer(0, 10_000, 10),
      doc: 'How many of one inviter are credited in a day; the others wait for an operator (aisha referrals).',
      expected: 'a number from 0 to 10000',
      example: '10',
    },
  },
  build(v, report): PaymentsConfig {
    if (v.PAYMENT_PROVIDER_TOKEN && v.PAYMENT_PACKS.every(({ price }) => price === null))
      report({
        variable: 'PAYMENT_PACKS',
        problem: 'has no price for cards while PAYMENT_PROVIDER_TOKEN is set',
        expected: 'a third number in at least one pack: its price in the smallest units of PAYMENT_CURRENCY',
      });
    return {
      selling: v.PAYMENTS,
      packs: v.PAYMENT_PACKS,
      plans: v.PAYMENT_SUBSCRIPTIONS,
      card: v.PAYMENT_PROVIDER_TOKEN
        ? { currency: v.PAYMENT_CURRENCY, token: v.PAYMENT_PROVIDER_TOKEN }
        : null,
      usdPerStar: v.STAR_USD,
      statementSeconds: v.PAYMENT_STATEMENT_SECONDS,
      referrals: {
        inviter: v.REFERRAL_INVITER,
        invited: v.REFERRAL_INVITED,
        perDay: v.REFERRALS_PER_DAY,
      },
    };
  },
});

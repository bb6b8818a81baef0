import type { FalConfig, PaymentsConfig, Prices } from '@aisha/config';
import { wholeVolume } from './documents/cost.ts';
import { DOCUMENT_KINDS, documentKinds } from './documents/kinds/index.ts';
import { CHARACTERS_A_UNIT } from './documents/document-order.ts';
import { generatorFor, trainerFor } from './fal/models/index.ts';
import { PRESETS } from './fal/models/trainer.ts';
import { costOf } from './fal/models/price.ts';
import { ASPECTS } from './images/aspects.ts';
import { textCost } from './spending/spending.ts';

/** What the catalogue does not know by itself, in US dollars. */
export interface OtherCosts {
  /** Of each recogniser that may be asked; null where it is not known. */
  readonly speechMinute: readonly (number | null)[];
  readonly textMillionTokens: number;
}

const KINDS = ['portrait', 'style'] as const;

/** The dearest of what a unit of each price may bill, in US dollars; null where nobody knows it. */
function costs(
  fal: FalConfig,
  other: OtherCosts,
): { variable: string; credits: (prices: Prices) => number; usd: number | null }[] {
  const trainers = KINDS.map((kind) => trainerFor(kind, fal.models));
  const generators = [generatorFor(null, fal.models), ...trainers.map(({ generator }) => generator)];
  const trainings = PRESETS.map((preset) => ({
    variable: `PRICE_TRAINING_${preset.toUpperCase()}`,
    credits: (prices: Prices) => prices.training[preset],
    usd: most(
      trainers.map((trainer) => {
        const request = {
          archiveUrl: 'https://localhost/photos.zip',
          trigger: 'TOK',
          caption: 'TOK',
          preset,
          comment: '',
        };
        return costOf(trainer, trainer.buildInput(request, fal.legacy), fal.prices);
      }),
    ),
  }));
  const image = most(
    generators.flatMap((generator) =>
      Object.values(ASPECTS).map((size) => {
        const request = { prompt: '', model: null, size, aspect: '1:1', count: 1, seed: 0 } as const;
        return costOf(generator, generator.buildInput(request), fal.prices);
      }),
    ),
  );
  return [
    ...(fal.testMode
      ? []
      : [...trainings, { variable: 'PRICE_IMAGE', credits: (prices: Prices) => prices.image, usd: image }]),
    {
      variable: 'PRICE_TRANSCRIPTION_MINUTE',
      credits: (prices) => prices.transcriptionMinute,
      usd: most(other.speechMinute),
    },
    {
      variable: 'PRICE_DOCUMENT',
      credits: (prices) => prices.document,
      usd: Math.max(
        ...DOCUMENT_KINDS.map((kind) =>
          textCost(
            { textUsdPerMillionTokens: other.textMillionTokens },
            wholeVolume(documentKinds[kind], CHARACTERS_A_UNIT),
          ),
        ),
      ),
    },
  ];
}

function most(all: readonly (number | null)[]): number | null {
  const known = all.filter((usd) => usd !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Prices that do not cover what providers bill for them, a sentence each for the operator; none while all is free. */
export function priceProblems(prices: Prices, fal: FalConfig, other: OtherCosts): string[] {
  if (!prices.charged || prices.belowCost) return [];
  return costs(fal, other).flatMap(({ variable, credits, usd }) => {
    // Binary fractions are a little off.
    const due = (usd ?? 0) * 0.999999;
    if (usd === null || credits(prices) * prices.usdPerCredit >= due) return [];
    const least = Math.ceil(due / prices.usdPerCredit);
    return [
      `${variable}=${credits(prices)} brings in ${(credits(prices) * prices.usdPerCredit).toFixed(4)} $ and bills up to ${usd.toFixed(4)} $. Set it to ${least} or more, CREDIT_USD to what a credit brings in, or PRICES_BELOW_COST=allow.`,
    ];
  });
}

/** Packs and subscriptions for Stars whose credits come to less than `CREDIT_USD` each, a sentence for each. */
export function packProblems(prices: Prices, { packs, plans, usdPerStar }: PaymentsConfig): string[] {
  if (!prices.charged || prices.belowCost) return [];
  const offers = [
    ...packs.map((pack) => ({ variable: 'PAYMENT_PACKS', ...pack })),
    ...plans.map((plan) => ({ variable: 'PAYMENT_SUBSCRIPTIONS', ...plan })),
  ];
  return offers.flatMap(({ variable, name, credits, stars }) => {
    const due = credits * prices.usdPerCredit * 0.999999;
    if (stars * usdPerStar >= due) return [];
    const least = Math.ceil(due / usdPerStar);
    return [
      `${variable}: ${name}=${credits}/${stars} brings in ${(stars * usdPerStar).toFixed(2)} $ for credits that are worth ${(credits * prices.usdPerCredit).toFixed(2)} $. Sell it for ${least} Stars or more, set CREDIT_USD to what a credit brings in, or PRICES_BELOW_COST=allow.`,
    ];
  });
}

/** Checked by the worker at start. Throws what the two say. */
export function checkPrices(prices: Prices, fal: FalConfig, other: OtherCosts, sales: PaymentsConfig): void {
  const problems = [...priceProblems(prices, fal, other), ...packProblems(prices, sales)];
  if (problems.length > 0) throw new Error(problems.join(' '));
}

import type { FalConfig, PaymentsConfig, Prices } from '@aisha/config';
import { wholeVolume } from './documents/cost.ts';
import { DOCUMENT_KINDS, documentKinds } from './documents/kinds/index.ts';
import { CHARACTERS_A_UNIT } from './documents/document-order.ts';
import {
  animatorFor,
  editorFor,
  generatorFor,
  portraitistFor,
  type Quality,
  trainerFor,
  upscalerFor,
} from './fal/models/index.ts';
import type { Editor } from './fal/models/editor.ts';
import type { Generator } from './fal/models/generator.ts';
import { PRESETS } from './fal/models/trainer.ts';
import { costOf } from './fal/models/price.ts';
import { ASPECT_NAMES, ASPECTS } from './images/aspects.ts';
import { ANSWERED } from './history/answer.ts';
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
  const drawn = (model: Generator | Editor) =>
    most(
      ASPECT_NAMES.map((aspect) => {
        const request = { prompt: '', size: ASPECTS[aspect], aspect, count: 1, seed: 0 } as const;
        const input =
          model.role === 'generator'
            ? model.buildInput({ ...request, model: null })
            : model.buildInput({ ...request, from: Array.from({ length: model.pictures }, () => '') });
        return costOf(model, input, fal.prices);
      }),
    );
  const drawnIn = (quality: Quality, others: readonly Generator[] = []) =>
    most(
      [generatorFor(null, fal.models, quality), portraitistFor(fal.models, quality), ...others].map(drawn),
    );
  const [upscaler, animator] = [upscalerFor(fal.models), animatorFor(fal.models)];
  const pictures = [
    {
      variable: 'PRICE_IMAGE',
      credits: (prices: Prices) => prices.image,
      usd: drawnIn(
        'standard',
        trainers.map(({ generator }) => generator),
      ),
    },
    {
      variable: 'PRICE_IMAGE_BEST',
      credits: (prices: Prices) => prices.imageBest,
      usd: drawnIn('best'),
    },
    {
      variable: 'PRICE_EDIT',
      credits: (prices: Prices) => prices.edit,
      usd: drawn(editorFor(fal.models)),
    },
    {
      variable: 'PRICE_UPSCALE',
      credits: (prices: Prices) => prices.upscale,
      usd: costOf(upscaler, upscaler.buildInput({ from: '', seed: 0 }), fal.prices),
    },
    {
      variable: 'PRICE_VIDEO',
      credits: (prices: Prices) => prices.video,
      usd: costOf(animator, animator.buildInput({ from: '', prompt: '' }), fal.prices),
    },
  ];
  return [
    ...(fal.testMode ? [] : [...trainings, ...pictures]),
    {
      variable: 'PRICE_TRANSCRIPTION_MINUTE',
      credits: (prices) => prices.transcriptionMinute,
      usd: most(other.speechMinute),
    },
    {
      variable: 'PRICE_QUESTION',
      credits: (prices) => prices.question,
      usd: textCost({ textUsdPerMillionTokens: other.textMillionTokens }, ANSWERED),
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

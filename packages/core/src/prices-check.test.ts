import { expect, test } from 'vitest';
import { packProblems, priceProblems } from './prices-check.ts';
import { FREE_OF_CHARGE } from './testing/prices.ts';

const fal = {
  apiKey: 'k',
  testMode: false,
  queueUrl: '',
  restUrl: '',
  webhook: null,
  elsewhere: false,
  models: {
    portrait: 'flux-lora-portrait',
    style: 'flux-lora-style',
    image: 'flux-lora',
    imageBest: 'flux-pro-ultra',
    instant: 'nano-banana-2',
    instantBest: 'nano-banana-pro',
    edit: 'nano-banana-2',
    upscale: 'seedvr',
    video: 'ltx-2.3',
  },
  prices: {},
  balanceAlarmUsd: 20,
  legacy: {
    mode: 'character',
    iterations: 500,
    priority: 'quality',
    triggerWord: 'TOK',
    loraRank: 32,
    finetuneType: 'full',
  },
} as const;
const prices = { ...FREE_OF_CHARGE, charged: true };
const other = { speechMinute: [0.0045, 0.008, null], textMillionTokens: 1 };

test('the prices that stand by default cover what the providers bill', () => {
  expect(priceProblems(prices, fal, other)).toEqual([]);
});

test.each([
  ['PRICE_TRAINING_QUALITY=119', { training: { ...prices.training, quality: 119 } }, 'Set it to 120 or more'],
  ['PRICE_IMAGE=1', { image: 1 }, 'Set it to 2 or more'],
  ['PRICE_IMAGE_BEST=2', { imageBest: 2 }, 'Set it to 3 or more'],
  ['PRICE_EDIT=1', { edit: 1 }, 'Set it to 2 or more'],
  ['PRICE_UPSCALE=0', { upscale: 0 }, 'Set it to 1 or more'],
  ['PRICE_VIDEO=7', { video: 7 }, 'Set it to 8 or more'],
  ['PRICE_TRANSCRIPTION_MINUTE=0', { transcriptionMinute: 0 }, 'Set it to 1 or more'],
  // Both languages of a bilingual document are written.
  ['PRICE_DOCUMENT=4', { document: 4 }, 'Set it to 5 or more'],
  ['PRICE_TRAINING_FAST=150', { usdPerCredit: 0.01 }, 'Set it to 240 or more'],
])('%s is below cost, and said to be', (variable, change, mend) => {
  const [problem] = priceProblems({ ...prices, ...change }, fal, other);
  expect(problem).toContain(variable);
  expect(problem).toContain(mend);
  expect(priceProblems({ ...prices, ...change, belowCost: true }, fal, other)).toEqual([]);
  expect(priceProblems({ ...prices, ...change, charged: false }, fal, other)).toEqual([]);
});

test('packs and subscriptions that are sold below what their credits are worth are said to be', () => {
  const sold = {
    selling: true,
    card: null,
    usdPerStar: 0.013,
    statementSeconds: 300,
    referrals: { inviter: 0, invited: 0, perDay: 0 },
  };
  const pack = (credits: number, stars: number) => ({ name: 'some', credits, stars, price: null });
  const fair = {
    ...sold,
    packs: [pack(100, 450), pack(500, 2_000), pack(1_500, 5_800)],
    plans: [pack(600, 2_350)],
  };
  expect(packProblems(prices, fair)).toEqual([]);
  const cheap = { ...sold, packs: [pack(100, 384)], plans: [pack(600, 2_300)] };
  expect(packProblems(prices, cheap)).toEqual([
    expect.stringContaining(
      'PAYMENT_PACKS: some=100/384 brings in 4.99 $ for credits that are worth 5.00 $. Sell it for 385',
    ),
    expect.stringContaining('PAYMENT_SUBSCRIPTIONS: some=600/2300'),
  ]);
  expect(packProblems({ ...prices, belowCost: true }, cheap)).toEqual([]);
  expect(packProblems({ ...prices, charged: false }, cheap)).toEqual([]);
});

test('what the operator says that FAL bills stands before the catalogue', () => {
  const dear = { ...fal, prices: { 'fal-ai/flux-lora': 0.5 } };
  expect(priceProblems(prices, dear, other)).toEqual([
    expect.stringContaining('PRICE_IMAGE=5 brings in 0.2500 $'),
  ]);
});

import { expect, test } from 'vitest';
import { priceProblems } from './prices-check.ts';
import { FREE_OF_CHARGE } from './testing/prices.ts';

const fal = {
  apiKey: 'k',
  testMode: false,
  queueUrl: '',
  restUrl: '',
  webhook: null,
  elsewhere: false,
  models: { portrait: 'flux-lora-portrait', style: 'flux-lora-style', image: 'flux-lora' },
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
  ['PRICE_IMAGE=0', { image: 0 }, 'Set it to 1 or more'],
  ['PRICE_TRANSCRIPTION_MINUTE=0', { transcriptionMinute: 0 }, 'Set it to 1 or more'],
  ['PRICE_DOCUMENT=1', { document: 1 }, 'Set it to 2 or more'],
  ['PRICE_TRAINING_FAST=150', { usdPerCredit: 0.01 }, 'Set it to 240 or more'],
])('%s is below cost, and said to be', (variable, change, mend) => {
  const [problem] = priceProblems({ ...prices, ...change }, fal, other);
  expect(problem).toContain(variable);
  expect(problem).toContain(mend);
  expect(priceProblems({ ...prices, ...change, belowCost: true }, fal, other)).toEqual([]);
  expect(priceProblems({ ...prices, ...change, charged: false }, fal, other)).toEqual([]);
});

test('what the operator says that FAL bills stands before the catalogue', () => {
  const dear = { ...fal, prices: { 'fal-ai/flux-lora': 0.5 } };
  expect(priceProblems(prices, dear, other)).toEqual([
    expect.stringContaining('PRICE_IMAGE=5 brings in 0.2500 $'),
  ]);
});

import { expect, test } from 'vitest';
import { ASPECT_NAMES, generator, PRESETS, trainer } from '../avatars/models.ts';
import { falCost } from './cost.ts';

const legacy = {
  mode: 'character',
  iterations: 500,
  priority: 'quality',
  triggerWord: 'TOK',
  loraRank: 32,
  finetuneType: 'full',
} as const;

test.each([
  ['flux-lora-portrait', 'fast', 2.4],
  ['flux-lora-portrait', 'quality', 6],
  ['flux-lora-style', 'fast', 1.2],
  ['flux-2', 'balanced', 6.4],
] as const)('a training with %s, %s, costs $%d', (id, preset, usd) => {
  const row = trainer(id);
  const input = row?.buildInput(
    { archiveUrl: 'https://f.example/a.zip', trigger: 'TOK', subject: 'woman', preset, comment: '' },
    legacy,
  );
  expect(falCost({ model: row?.endpoint ?? '', input: input ?? {}, test: false })).toBeCloseTo(usd, 6);
});

test('the page bills 1,000 steps at least', () => {
  const model = 'fal-ai/flux-lora-portrait-trainer';
  expect(falCost({ model, input: { steps: 10 }, test: false })).toBeCloseTo(2.4, 6);
});

test.each(ASPECT_NAMES)('four pictures in %s cost four megapixels', (aspect) => {
  for (const [id, usd] of [
    ['flux-lora', 0.14],
    ['flux-2-lora', 0.084],
  ] as const) {
    const row = generator(id);
    const input = row.buildInput({ prompt: 'p', model: null, aspect, count: 4, seed: 1 });
    expect(falCost({ model: row.endpoint, input, test: false })).toBeCloseTo(usd, 6);
  }
});

test('simulated work costs nothing, and of an unknown price nothing is said', () => {
  expect(falCost({ model: 'fal-ai/flux-lora', input: {}, test: true })).toBe(0);
  expect(falCost({ model: 'fal-ai/flux-pro-trainer', input: { steps: 1 }, test: false })).toBeNull();
  expect(falCost({ model: 'fal-ai/flux-lora', input: { num_images: 'four' }, test: false })).toBeNull();
});

test('every preset of every model on offer has a price', () => {
  for (const id of ['flux-lora-portrait', 'flux-lora-style', 'flux-2'])
    for (const preset of PRESETS) {
      const row = trainer(id);
      const steps = row?.presets[preset].steps;
      expect(falCost({ model: row?.endpoint ?? '', input: { steps }, test: false })).toBeGreaterThan(0);
    }
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ASPECT_NAMES, ASPECTS } from '../../images/aspects.ts';
import {
  checkModels,
  generatorFor,
  groupPortraitistFor,
  modelAt,
  MODELS,
  modelProblems,
  portraitistFor,
  trainerFor,
} from './index.ts';
import { isWithdrawn } from './model.ts';
import { costOf } from './price.ts';
import { PRESETS, type Trainer } from './trainer.ts';

const settings = {
  mode: 'character',
  iterations: 500,
  priority: 'quality',
  triggerWord: 'TOK',
  loraRank: 32,
  finetuneType: 'full',
} as const;
const fal = {
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
  elsewhere: false,
  testMode: false,
  prices: {},
} as const;

const trainers = MODELS.flatMap((model) => (model.role === 'trainer' ? [model] : []));
const editors = MODELS.flatMap((model) => (model.role === 'editor' ? [model] : []));
const fromPictures = {
  prompt: 'in a garden',
  from: [
    'https://f.example/1.jpg',
    'https://f.example/2.jpg',
    'https://f.example/3.jpg',
    'https://f.example/4.jpg',
  ],
  size: ASPECTS['3:4'],
  aspect: '3:4',
  count: 4,
  seed: 7,
} as const;
const generators = MODELS.flatMap((model) => (model.role === 'generator' ? [model] : []));

function trainingInput(trainer: Trainer, preset: (typeof PRESETS)[number]) {
  return trainer.buildInput(
    {
      archiveUrl: 'https://f.example/a.zip',
      trigger: 'TOK',
      caption: 'a photo of TOK woman',
      preset,
      comment: '',
    },
    settings,
  );
}

describe('the catalogue', () => {
  test('has each name and each endpoint once, and finds a model by its endpoint', () => {
    expect(new Set(MODELS.map(({ name }) => name)).size).toBe(MODELS.length);
    for (const model of MODELS) expect(modelAt(model.endpoint)).toBe(model);
    expect(modelAt('fal-ai/of-another-release')).toBeNull();
  });

  test('draws an avatar with the family that trained it, and everything else with the one that is set', () => {
    for (const trainer of trainers) expect(generatorFor(trainer.name, fal.models)).toBe(trainer.generator);
    expect(generatorFor(null, fal.models).endpoint).toBe('fal-ai/flux-lora');
    expect(generatorFor(null, { ...fal.models, image: 'flux-2-lora' }).endpoint).toBe('fal-ai/flux-2/lora');
    expect(generatorFor('of-another-release', fal.models)).toBe(generatorFor(null, fal.models));
  });

  test.each(['flux-9', 'flux-pro-finetuned', 'flux-2'])('refuses %s to draw without an avatar', (image) => {
    expect(() => modelProblems({ ...fal, models: { ...fal.models, image } })).toThrow(
      `IMAGE_MODEL=${image} names no model that draws without an avatar; known: flux-lora, flux-2-lora, flux-pro-ultra`,
    );
  });

  test('draws several people only with a model that keeps them apart', () => {
    expect(groupPortraitistFor(fal.models, 'standard', 2)?.name).toBe('nano-banana-2');
    const oneFace = { ...fal.models, instant: 'flux-pulid' };
    expect(groupPortraitistFor(oneFace, 'standard', 2)?.name).toBe('nano-banana-pro');
    expect(groupPortraitistFor({ ...oneFace, instantBest: 'flux-pulid' }, 'standard', 2)).toBeNull();
    expect(portraitistFor(oneFace).name).toBe('flux-pulid');
  });

  test.each([
    [{ instant: 'flux-kontext' }, 'AVATAR_INSTANT_MODEL=flux-kontext names no model that draws a person'],
    [{ instantBest: 'none' }, 'AVATAR_INSTANT_MODEL_BEST=none names no model'],
    [{ edit: 'flux-pulid' }, 'IMAGE_EDIT_MODEL=flux-pulid names no model that changes a picture'],
    [{ upscale: 'flux-lora' }, 'IMAGE_UPSCALE_MODEL=flux-lora names no model that enlarges'],
    [{ video: 'seedvr' }, 'IMAGE_VIDEO_MODEL=seedvr names no model that sets a picture in motion'],
    [{ imageBest: 'flux-pro-finetuned' }, 'IMAGE_MODEL_BEST=flux-pro-finetuned names no model'],
  ])('refuses a model for what it does not do: %j', (change, why) => {
    expect(() => modelProblems({ ...fal, models: { ...fal.models, ...change } })).toThrow(why);
  });

  test('refuses a trainer that is none, or not of that kind', () => {
    expect(() => trainerFor('style', { ...fal.models, style: 'flux-9' })).toThrow(
      'AVATAR_STYLE_MODEL=flux-9 names no model that trains a style; known: flux-lora-style, flux-2, flux-pro',
    );
    expect(() => trainerFor('style', { ...fal.models, style: 'flux-lora-portrait' })).toThrow(
      'names no model',
    );
  });

  test('is named nowhere else: no endpoint and no name of a model in core, bot and the apps', () => {
    const root = join(import.meta.dirname, '../../../../..');
    const words = MODELS.flatMap(({ name, endpoint }) => [name, endpoint]).map((word) => `'${word}'`);
    const apps = readdirSync(join(root, 'apps')).map((app) => `apps/${app}/src`);
    const sources = ['packages/core/src', 'packages/bot/src', ...apps].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => /(?<!\.test)\.ts$/.test(path) && !/(^|\/)testing\/|^fal\/models\//.test(path))
        .map((path) => join(folder, path)),
    );
    expect(sources.length).toBeGreaterThan(100);
    const named = sources.filter((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return ['fal-ai/', ...words].some((word) => text.includes(word));
    });
    expect(named).toEqual([]);
  });
});

/** Each model's request as it was read against its contract, field by field: a change of one is a change here. */
describe('a request', () => {
  const built = Object.fromEntries(
    MODELS.flatMap((model): [string, unknown][] => {
      switch (model.role) {
        case 'generator':
          return [
            [model.endpoint, model.buildInput({ ...fromPictures, model: 'https://f.example/a.safetensors' })],
          ];
        case 'editor':
          return [
            [
              model.endpoint,
              model.buildInput({ ...fromPictures, from: fromPictures.from.slice(0, model.pictures) }),
            ],
          ];
        case 'upscaler':
          return [[model.endpoint, model.buildInput({ from: 'https://f.example/1.jpg', seed: 7 })]];
        case 'animator':
          return [
            [model.endpoint, model.buildInput({ from: 'https://f.example/1.jpg', prompt: 'she smiles' })],
          ];
        case 'trainer':
        case 'recogniser':
          return [];
        default:
          return model satisfies never;
      }
    }),
  );
  const golden = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'golden-requests.json'), 'utf8')));

  test('is known of every model that draws', () => {
    expect(Object.keys(golden).toSorted()).toEqual(Object.keys(built).toSorted());
  });
  test.each(Object.keys(built))('of %s has exactly these fields', (endpoint) => {
    expect(built[endpoint]).toEqual(golden[endpoint]);
  });
});

describe('a price', () => {
  test.each([
    ['flux-lora-portrait', 'fast', 2.4],
    ['flux-lora-portrait', 'quality', 6],
    ['flux-lora-style', 'fast', 1.2],
    ['flux-2', 'balanced', 6.4],
  ] as const)('of a training with %s, %s, is $%d', (name, preset, usd) => {
    const trainer = trainers.find((one) => one.name === name);
    if (!trainer) throw new Error('no such trainer');
    expect(costOf(trainer, trainingInput(trainer, preset), {})).toBeCloseTo(usd, 6);
  });

  test('is of 1,000 steps at least where the page says so', () => {
    const portrait = trainerFor('portrait', fal.models);
    expect(costOf(portrait, { steps: 10 }, {})).toBeCloseTo(2.4, 6);
  });

  test.each(ASPECT_NAMES)('of four images in %s is four megapixels, or four images', (aspect) => {
    const usd = generators.map((model) => {
      const request = { prompt: 'p', model: 'm', size: ASPECTS[aspect], aspect, count: 4, seed: 1 };
      return [model.name, costOf(model, model.buildInput(request), {})];
    });
    expect(usd).toEqual([
      ['flux-lora', expect.closeTo(0.14, 6)],
      ['flux-2-lora', expect.closeTo(0.084, 6)],
      ['flux-pro-finetuned', expect.closeTo(0.28, 6)],
      ['flux-pro-ultra', expect.closeTo(0.24, 6)],
    ]);
  });

  test.each([
    ['nano-banana-2', 0.32],
    ['nano-banana-pro', 0.6],
    ['flux-2-pro', 0.09],
    ['flux-2-edit', null],
    ['seedream-4.5', 0.16],
    ['gpt-image-2', 0.876],
    ['flux-kontext', 0.16],
    ['flux-pulid', 0.0333],
    ['instant-character', 0.4],
    ['ideogram-character', 0.6],
  ] as const)('of four images by %s from four pictures, in one request or several, is $%s', (name, usd) => {
    const editor = editors.find((one) => one.name === name);
    if (!editor) throw new Error('no such editor');
    const input = editor.buildInput({ ...fromPictures, from: fromPictures.from.slice(0, editor.pictures) });
    const cost = costOf(editor, input, {});
    expect(cost === null ? null : Number(cost.toFixed(6))).toBe(usd);
  });

  test('that the operator says stands before ours; of an input that is none nothing is said', () => {
    const model = generatorFor(null, fal.models);
    expect(costOf(model, { num_images: 'four' }, {})).toBeNull();
    const input = { num_images: 2, image_size: { width: 1024, height: 1025 } };
    expect(costOf(model, input, { [model.endpoint]: 1 })).toBe(4);
  });

  test('is known of every preset of every model on offer', () => {
    for (const trainer of trainers.filter((one) => !isWithdrawn(one)))
      for (const preset of PRESETS)
        expect(costOf(trainer, trainingInput(trainer, preset), {})).toBeGreaterThan(0);
  });
});

describe('a start', () => {
  test('is good with the models that stand by default, whatever the others cost', () => {
    expect(modelProblems(fal)).toEqual([]);
  });

  test('with a withdrawn model is refused, and with one of no known price, by name and variable', () => {
    const older = { ...fal, models: { ...fal.models, portrait: 'flux-pro' } };
    expect(() => checkModels(older)).toThrow(
      'AVATAR_PORTRAIT_MODEL=flux-pro: FAL has withdrawn fal-ai/flux-pro-trainer',
    );
    const unpriced =
      'flux-pro: nobody knows what fal-ai/flux-pro-trainer costs. Set FAL_PRICES={"fal-ai/flux-pro-trainer": <US dollars a training>}.';
    expect(modelProblems({ ...older, elsewhere: true })).toEqual([unpriced]);
    expect(modelProblems({ ...older, elsewhere: true, prices: { 'fal-ai/flux-pro-trainer': 4 } })).toEqual(
      [],
    );
    expect(modelProblems({ ...older, testMode: true })).toEqual([]);
  });

  test('a model is withdrawn from the day that its file says', () => {
    const at = (day: string) => isWithdrawn({ shutdown: '2027-01-31' }, new Date(day));
    expect([at('2027-01-30T23:00:00Z'), at('2027-01-31T00:00:00Z')]).toEqual([false, true]);
  });
});

describe('an answer with images', () => {
  const readOutput = (output: unknown) => generatorFor(null, fal.models).readOutput(output);
  const images = [{ url: 'a' }, { url: 'b', content_type: 7 }];

  test.each([
    [{ images, has_nsfw_concepts: [false, true], seed: 5 }, [false, true], '5'],
    [
      { images, has_nsfw_concepts: [null, 1], seed: '12345678901234567890' },
      [false, true],
      '12345678901234567890',
    ],
    [{ images, has_nsfw_concepts: true, seed: {} }, [true, true], null],
    [{ images, has_nsfw_concepts: 'no' }, [false, false], null],
  ])('%j', (output, flags, seed) => {
    expect(readOutput(output)).toEqual({
      images: [
        { url: 'a', flagged: flags[0] },
        { url: 'b', flagged: flags[1] },
      ],
      seed,
    });
  });

  test.each([null, 'text', {}, { images: [] }, { images: [{}] }])('%j is none', (output) => {
    expect(readOutput(output)).toBeNull();
  });
});

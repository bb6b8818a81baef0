import type { FalConfig } from '@aisha/config';
import type { AvatarKind } from '@aisha/db';
import { type FalModel, MODELS } from './all.ts';
import type { Animator } from './animator.ts';
import type { Editor } from './editor.ts';
import type { Upscaler } from './upscaler.ts';
import { fluxLoraFastTraining } from './flux-lora-fast-training.ts';
import { fluxLoraPortraitTrainer } from './flux-lora-portrait-trainer.ts';
import { fluxProTrainer } from './flux-pro-trainer.ts';
import type { Generator } from './generator.ts';
import type { SpeechModel } from './speech-model.ts';
import type { Trainer } from './trainer.ts';
import { isWithdrawn } from './model.ts';
import { usdPerUnit } from './price.ts';

export { type FalModel, MODELS };

const byEndpoint = new Map(MODELS.map((model) => [model.endpoint, model]));
const trainers = new Map(
  MODELS.flatMap((model): [string, Trainer][] => (model.role === 'trainer' ? [[model.name, model]] : [])),
);

/** The model that a request's row names; null for one of another release. */
export const modelAt = (endpoint: string): FalModel | null => byEndpoint.get(endpoint) ?? null;

/** The same, where only a model of one role can be meant. */
export function trainerAt(endpoint: string): Trainer | null {
  const model = modelAt(endpoint);
  return model?.role === 'trainer' ? model : null;
}

/** What makes images, from words or from pictures. */
export function drawerAt(endpoint: string): Generator | Editor | null {
  const model = modelAt(endpoint);
  return model?.role === 'generator' || model?.role === 'editor' ? model : null;
}

export function upscalerAt(endpoint: string): Upscaler | null {
  const model = modelAt(endpoint);
  return model?.role === 'upscaler' ? model : null;
}

export function animatorAt(endpoint: string): Animator | null {
  const model = modelAt(endpoint);
  return model?.role === 'animator' ? model : null;
}

/** A recogniser by the name that the configuration has for it; null: it is nobody of FAL's. */
export function speechModelNamed(name: string): SpeechModel | null {
  const model = MODELS.find((one) => one.name === name);
  return model?.role === 'recogniser' ? model : null;
}

/** Quality against price and time, as the person chose. */
export const QUALITIES = ['standard', 'best'] as const;
export type Quality = (typeof QUALITIES)[number];

type Models = FalConfig['models'];

/** Which model draws: an avatar by the name of the one that trained it, and what has no avatar in it. */
export const generatorFor = (
  trainedBy: string | null,
  models: Models,
  quality: Quality = 'standard',
): Generator =>
  (trainedBy === null ? undefined : trainers.get(trainedBy)?.generator) ?? drawsAlone(models, quality);

/** The model of that name among those that are fit. Checked at start; throws a sentence for the operator. */
function named<M extends FalModel>(variable: string, name: string, does: string, fit: readonly M[]): M {
  const model = fit.find((one) => one.name === name);
  if (!model)
    throw new Error(
      `${variable}=${name} names no model that ${does}; known: ${fit.map((one) => one.name).join(', ')}`,
    );
  return model;
}

function drawsAlone(models: Models, quality: Quality): Generator {
  const fit = MODELS.flatMap((model) => (model.role === 'generator' && model.alone ? [model] : []));
  return quality === 'best'
    ? named('IMAGE_MODEL_BEST', models.imageBest, 'draws without an avatar', fit)
    : named('IMAGE_MODEL', models.image, 'draws without an avatar', fit);
}

const editors = MODELS.flatMap((model) => (model.role === 'editor' ? [model] : []));

/** Which model draws people from their photos, without a training. */
export function portraitistFor(models: Models, quality: Quality = 'standard'): Editor {
  const fit = editors.filter(({ people }) => people > 0);
  return quality === 'best'
    ? named('AVATAR_INSTANT_MODEL_BEST', models.instantBest, 'draws a person from photos', fit)
    : named('AVATAR_INSTANT_MODEL', models.instant, 'draws a person from photos', fit);
}

/** Which model draws so many people in one image and keeps them apart: the person's choice, or another that can. */
export function groupPortraitistFor(models: Models, quality: Quality, people: number): Editor | null {
  const chosen = [portraitistFor(models, quality), portraitistFor(models), portraitistFor(models, 'best')];
  return chosen.find((model) => model.people >= people) ?? null;
}

/** Which model changes a picture by words. */
export function editorFor(models: Models): Editor {
  const fit = editors.filter(({ changes }) => changes);
  return named('IMAGE_EDIT_MODEL', models.edit, 'changes a picture', fit);
}

export function upscalerFor(models: Models): Upscaler {
  const fit = MODELS.flatMap((model) => (model.role === 'upscaler' ? [model] : []));
  return named('IMAGE_UPSCALE_MODEL', models.upscale, 'enlarges a picture', fit);
}

export function animatorFor(models: Models): Animator {
  const fit = MODELS.flatMap((model) => (model.role === 'animator' ? [model] : []));
  return named('IMAGE_VIDEO_MODEL', models.video, 'sets a picture in motion', fit);
}

/** What the older deployment trained with: fine-tunes by id, LoRA files by the avatar's kind. Names of models here. */
export function olderTrainer(kind: AvatarKind, byId: boolean): string {
  if (byId) return fluxProTrainer.name;
  return kind === 'portrait' ? fluxLoraPortraitTrainer.name : fluxLoraFastTraining.name;
}

const variableOf = (kind: AvatarKind) => `AVATAR_${kind.toUpperCase()}_MODEL`;

/** Checked at start: which model trains avatars of this kind. Throws a sentence for the operator. */
export function trainerFor(kind: AvatarKind, models: FalConfig['models']): Trainer {
  const name = models[kind];
  const model = trainers.get(name);
  if (!model?.kinds.includes(kind)) {
    const known = [...trainers.values()].filter(({ kinds }) => kinds.includes(kind));
    throw new Error(
      `${variableOf(kind)}=${name} names no model that trains a ${kind}; known: ${known.map((one) => one.name).join(', ')}`,
    );
  }
  return model;
}

/**
 * What keeps the configured models from being used, a sentence each for the operator: FAL has withdrawn it for new
 * training, or nobody knows what it costs. Models that nothing trains with may be both. Throws as `trainerFor` does.
 */
export function modelProblems(
  fal: Pick<FalConfig, 'models' | 'elsewhere' | 'testMode' | 'prices'>,
): string[] {
  const drawing = [
    drawsAlone(fal.models, 'standard'),
    drawsAlone(fal.models, 'best'),
    portraitistFor(fal.models, 'standard'),
    portraitistFor(fal.models, 'best'),
    editorFor(fal.models),
    upscalerFor(fal.models),
    animatorFor(fal.models),
  ];
  if (fal.testMode) return [];
  const kinds = ['portrait', 'style'] as const;
  const used = kinds.map((kind) => ({ kind, model: trainerFor(kind, fal.models) }));
  const withdrawn = fal.elsewhere ? [] : used.filter(({ model }) => isWithdrawn(model));
  const gone = fal.elsewhere ? [] : drawing.filter((model) => isWithdrawn(model));
  const priced = new Set<FalModel>([...drawing, ...used.flatMap(({ model }) => [model, model.generator])]);
  const unpriced = [...priced].filter((model) => usdPerUnit(model, fal.prices) === null);
  return [
    ...withdrawn.map(
      ({ kind, model }) =>
        `${variableOf(kind)}=${model.name}: FAL has withdrawn ${model.endpoint} for new training; its fine-tunes still draw. Choose another model.`,
    ),
    ...gone.map(({ name, endpoint }) => `${name}: FAL has withdrawn ${endpoint}. Choose another model.`),
    ...unpriced.map(
      ({ name, endpoint, price }) =>
        `${name}: nobody knows what ${endpoint} costs. Set FAL_PRICES={"${endpoint}": <US dollars a ${price.unit}>}.`,
    ),
  ];
}

/** Checked by the worker at start. Throws what `modelProblems` says. */
export function checkModels(fal: Parameters<typeof modelProblems>[0]): void {
  const problems = modelProblems(fal);
  if (problems.length > 0) throw new Error(problems.join(' '));
}

import type { FalConfig } from '@aisha/config';
import type { AvatarKind } from '@aisha/db';
import { flux2Lora } from './flux-2-lora.ts';
import { flux2Trainer } from './flux-2-trainer.ts';
import { fluxLoraFastTraining } from './flux-lora-fast-training.ts';
import { fluxLoraPortraitTrainer } from './flux-lora-portrait-trainer.ts';
import { fluxLora } from './flux-lora.ts';
import { fluxProTrainer } from './flux-pro-trainer.ts';
import { fluxProUltraFinetuned } from './flux-pro-ultra-finetuned.ts';
import { fluxProUltra } from './flux-pro-ultra.ts';
import { falScribeV2 } from './fal-scribe-v2.ts';
import type { Generator } from './generator.ts';
import { isWithdrawn } from './model.ts';
import { usdPerUnit } from './price.ts';
import type { SpeechModel } from './speech-model.ts';
import type { Trainer } from './trainer.ts';

export type FalModel = Trainer | Generator | SpeechModel;

/** Every model that Aisha knows, one line each. Names and endpoints of models stand in this folder alone. */
export const MODELS: readonly FalModel[] = [
  fluxLoraPortraitTrainer,
  fluxLoraFastTraining,
  flux2Trainer,
  fluxProTrainer,
  fluxLora,
  flux2Lora,
  fluxProUltraFinetuned,
  fluxProUltra,
  falScribeV2,
];

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

export function generatorAt(endpoint: string): Generator | null {
  const model = modelAt(endpoint);
  return model?.role === 'generator' ? model : null;
}

/** A recogniser by the name that the configuration has for it; null: it is nobody of FAL's. */
export function speechModelNamed(name: string): SpeechModel | null {
  const model = MODELS.find((one) => one.name === name);
  return model?.role === 'recogniser' ? model : null;
}

/** Which model draws: an avatar by the name of the one that trained it, and what has no avatar in it. */
export const generatorFor = (trainedBy: string | null, models: FalConfig['models']): Generator =>
  (trainedBy === null ? undefined : trainers.get(trainedBy)?.generator) ?? drawsAlone(models);

/** Checked at start. Throws a sentence for the operator. */
function drawsAlone({ image }: FalConfig['models']): Generator {
  const known = MODELS.flatMap((model) => (model.role === 'generator' && model.alone ? [model] : []));
  const model = known.find(({ name }) => name === image);
  if (!model)
    throw new Error(
      `IMAGE_MODEL=${image} names no model that draws without an avatar; known: ${known.map(({ name }) => name).join(', ')}`,
    );
  return model;
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
  const alone = drawsAlone(fal.models);
  if (fal.testMode) return [];
  const kinds = ['portrait', 'style'] as const;
  const used = kinds.map((kind) => ({ kind, model: trainerFor(kind, fal.models) }));
  const withdrawn = fal.elsewhere ? [] : used.filter(({ model }) => isWithdrawn(model));
  const priced = new Set<FalModel>([alone, ...used.flatMap(({ model }) => [model, model.generator])]);
  const unpriced = [...priced].filter((model) => usdPerUnit(model, fal.prices) === null);
  return [
    ...withdrawn.map(
      ({ kind, model }) =>
        `${variableOf(kind)}=${model.name}: FAL has withdrawn ${model.endpoint} for new training; its fine-tunes still draw. Choose another model.`,
    ),
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

import type { FalConfig } from '@aisha/config';
import type { AvatarKind } from '@aisha/db';
import { z } from 'zod';
import type { Generator } from './generator.ts';
import type { Limits, Model } from './model.ts';

export const PRESETS = ['fast', 'balanced', 'quality'] as const;
export type PresetName = (typeof PRESETS)[number];

export interface TrainingRequest {
  readonly archiveUrl: string;
  /** The word that will call what is trained. */
  readonly trigger: string;
  /** What every photo shows, with the trigger in it: for models that know no trigger. */
  readonly caption: string;
  readonly preset: PresetName;
  readonly comment: string;
}

/** A model file to fetch and keep, or an id that lives only at the provider. */
export type TrainedModel =
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'id'; readonly id: string };

/** Settings of the operator that only a withdrawn trainer reads. */
export type TrainerSettings = FalConfig['legacy'];

export interface Trainer extends Model {
  readonly role: 'trainer';
  readonly kinds: readonly AvatarKind[];
  /** Draws what this one has trained: a LoRA fits its own family only. */
  readonly generator: Generator;
  readonly presets: Readonly<Record<PresetName, { readonly steps: number; readonly minutes: number }>>;
  /** The trigger, where it is the operator's and not one of our own for each avatar. */
  trigger?(settings: TrainerSettings): string;
  buildInput(request: TrainingRequest, settings: TrainerSettings): Record<string, unknown>;
  /** null when the answer is not what this model answers. */
  readOutput(output: unknown): TrainedModel | null;
}

/** Progress is shown from the logs, so a training is looked at often at first. A portrait takes 5 to 20 minutes. */
export const TRAINER_LIMITS: Limits = {
  unconfirmedMinutes: 30,
  pollSeconds: (age) => (age < 120 ? 3 : age < 1_200 ? 8 : 30),
};

const loraOutput = z.object({ diffusers_lora_file: z.object({ url: z.url() }) });

/** What all trainers of the LoRA family answer. */
export function readLora(output: unknown): TrainedModel | null {
  const parsed = loraOutput.safeParse(output);
  return parsed.success ? { kind: 'file', url: parsed.data.diffusers_lora_file.url } : null;
}

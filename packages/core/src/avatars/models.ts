import type { FalConfig } from '@aisha/config';
import type { AvatarKind, Subject } from '@aisha/db';
import { z } from 'zod';

export interface TrainingRequest {
  readonly archiveUrl: string;
  readonly trigger: string;
  readonly subject: Subject | null;
  readonly preset: PresetName;
  readonly comment: string;
}

export interface GenerationRequest {
  readonly prompt: string;
  /** Address of the model file, or the provider's own id of the fine-tune. */
  readonly model: string | null;
  readonly aspect: Aspect;
  readonly count: number;
  readonly seed: number;
}

export interface GeneratedImage {
  readonly url: string;
  readonly contentType: string | null;
  /** Held back by the provider's safety checker: not delivered, not charged. */
  readonly flagged: boolean;
}

/** A model file to fetch and keep, or an id that lives only at the provider. */
export type TrainedModel =
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'id'; readonly id: string };

export const PRESETS = ['fast', 'balanced', 'quality'] as const;
export type PresetName = (typeof PRESETS)[number];

export const ASPECT_NAMES = ['1:1', '3:4', '4:3', '9:16', '16:9'] as const;
export type Aspect = (typeof ASPECT_NAMES)[number];

/** Width and height in pixels, multiples of 16 as diffusion models want them, exact in ratio. */
export const ASPECTS = {
  '1:1': { width: 1024, height: 1024 },
  '3:4': { width: 768, height: 1024 },
  '4:3': { width: 1024, height: 768 },
  '9:16': { width: 720, height: 1280 },
  '16:9': { width: 1280, height: 720 },
} as const satisfies Record<Aspect, { width: number; height: number }>;

export interface Generator {
  /** FAL's endpoint id. */
  readonly endpoint: string;
  buildInput(request: GenerationRequest): Record<string, unknown>;
  /** null when the answer is not what this model answers. */
  readOutput(output: unknown): { images: readonly GeneratedImage[]; seed: string | null } | null;
}

export interface Trainer {
  readonly endpoint: string;
  readonly kinds: readonly AvatarKind[];
  readonly generator: GeneratorId;
  /** FAL offers it no more; only another server may. */
  readonly withdrawn?: true;
  readonly presets: Readonly<Record<PresetName, { readonly steps: number; readonly minutes: number }>>;
  buildInput(request: TrainingRequest, legacy: FalConfig['legacy']): Record<string, unknown>;
  readOutput(output: unknown): TrainedModel | null;
}

const fileOutput = z.object({ url: z.url() });
const loraOutput = z.object({ diffusers_lora_file: fileOutput });
const imagesOutput = z.object({
  images: z.array(z.object({ url: z.string(), content_type: z.string().nullish() })).min(1),
  seed: z.union([z.number(), z.string()]).nullish(),
  has_nsfw_concepts: z.array(z.boolean()).nullish(),
});

function readImages(output: unknown): ReturnType<Generator['readOutput']> {
  const parsed = imagesOutput.safeParse(output);
  if (!parsed.success) return null;
  const { images, seed, has_nsfw_concepts: flags } = parsed.data;
  return {
    images: images.map((image, i) => ({
      url: image.url,
      contentType: image.content_type ?? null,
      flagged: flags?.[i] ?? false,
    })),
    seed: seed === null || seed === undefined ? null : String(seed),
  };
}

function readLora(output: unknown): TrainedModel | null {
  const parsed = loraOutput.safeParse(output);
  return parsed.success ? { kind: 'file', url: parsed.data.diffusers_lora_file.url } : null;
}

// Source of ids, fields, defaults and limits: the models' own pages and typings (FLUX.1 LoRA family and FLUX.2).
const GENERATORS = {
  'flux-lora': {
    endpoint: 'fal-ai/flux-lora',
    buildInput: ({ prompt, model, aspect, count, seed }) => ({
      prompt,
      loras: model ? [{ path: model, scale: 1 }] : [],
      image_size: ASPECTS[aspect],
      num_images: count,
      num_inference_steps: 28,
      guidance_scale: 3.5,
      seed,
      enable_safety_checker: true,
      output_format: 'jpeg',
    }),
    readOutput: readImages,
  },
  'flux-2-lora': {
    endpoint: 'fal-ai/flux-2/lora',
    buildInput: ({ prompt, model, aspect, count, seed }) => ({
      prompt,
      loras: model ? [{ path: model, scale: 1 }] : [],
      image_size: ASPECTS[aspect],
      num_images: count,
      guidance_scale: 2.5,
      seed,
      enable_safety_checker: true,
      output_format: 'jpeg',
    }),
    readOutput: readImages,
  },
  'flux-pro-finetuned': {
    endpoint: 'fal-ai/flux-pro/v1.1-ultra-finetuned',
    buildInput: ({ prompt, model, aspect, count, seed }) => ({
      prompt,
      finetune_id: model,
      finetune_strength: 1.1,
      aspect_ratio: aspect,
      num_images: count,
      seed,
      safety_tolerance: '2',
      output_format: 'jpeg',
    }),
    readOutput: readImages,
  },
} satisfies Record<string, Generator>;
export type GeneratorId = keyof typeof GENERATORS;

const TRAINERS: Readonly<Record<string, Trainer>> = {
  'flux-lora-portrait': {
    endpoint: 'fal-ai/flux-lora-portrait-trainer',
    kinds: ['portrait'],
    generator: 'flux-lora',
    // The page bills at least 1,000 steps and defaults to 2,500.
    presets: {
      fast: { steps: 1000, minutes: 4 },
      balanced: { steps: 1800, minutes: 7 },
      quality: { steps: 2500, minutes: 10 },
    },
    buildInput: ({ archiveUrl, trigger, preset }) => ({
      images_data_url: archiveUrl,
      trigger_phrase: trigger,
      steps: TRAINERS['flux-lora-portrait']?.presets[preset].steps,
      learning_rate: 0.00009,
      multiresolution_training: true,
      subject_crop: true,
      create_masks: false,
    }),
    readOutput: readLora,
  },
  'flux-lora-style': {
    endpoint: 'fal-ai/flux-lora-fast-training',
    kinds: ['style'],
    generator: 'flux-lora',
    presets: {
      fast: { steps: 600, minutes: 2 },
      balanced: { steps: 1000, minutes: 4 },
      quality: { steps: 1500, minutes: 6 },
    },
    buildInput: ({ archiveUrl, trigger, preset }) => ({
      images_data_url: archiveUrl,
      trigger_word: trigger,
      steps: TRAINERS['flux-lora-style']?.presets[preset].steps,
      is_style: true,
      create_masks: false,
    }),
    readOutput: readLora,
  },
  'flux-2': {
    endpoint: 'fal-ai/flux-2-trainer',
    kinds: ['portrait', 'style'],
    generator: 'flux-2-lora',
    presets: {
      fast: { steps: 600, minutes: 5 },
      balanced: { steps: 1000, minutes: 8 },
      quality: { steps: 1600, minutes: 12 },
    },
    // This family has no trigger field; without captions it needs a default one, so the trigger goes there.
    buildInput: ({ archiveUrl, trigger, subject, preset }) => ({
      image_data_url: archiveUrl,
      steps: TRAINERS['flux-2']?.presets[preset].steps,
      learning_rate: 0.00005,
      default_caption: subject
        ? `a photo of ${trigger} ${personWord(subject)}`
        : `in the style of ${trigger}`,
      output_lora_format: 'fal',
    }),
    readOutput: readLora,
  },
  // Withdrawn by FAL for new training; kept for servers that still offer it.
  'flux-pro': {
    endpoint: 'fal-ai/flux-pro-trainer',
    kinds: ['portrait', 'style'],
    generator: 'flux-pro-finetuned',
    withdrawn: true,
    presets: {
      fast: { steps: 300, minutes: 5 },
      balanced: { steps: 500, minutes: 10 },
      quality: { steps: 1000, minutes: 20 },
    },
    buildInput: ({ archiveUrl, comment }, legacy) => ({
      data_url: archiveUrl,
      finetune_comment: comment,
      mode: legacy.mode,
      iterations: legacy.iterations,
      priority: legacy.priority,
      captioning: true,
      trigger_word: legacy.triggerWord,
      lora_rank: legacy.loraRank,
      finetune_type: legacy.finetuneType,
    }),
    readOutput(output) {
      const parsed = z.object({ finetune_id: z.string().min(1) }).safeParse(output);
      return parsed.success ? { kind: 'id', id: parsed.data.finetune_id } : null;
    },
  },
};

/** How the person is called in prompts; makes a rare trigger word mean a human being to the model. */
export function personWord(subject: Subject): string {
  return subject === 'neutral' ? 'person' : subject;
}

export const generator = (id: GeneratorId): Generator => GENERATORS[id];

/** The catalogue row, or null when there is none of that name. */
export const trainer = (id: string): Trainer | null => TRAINERS[id] ?? null;

/** Checked at start: which row trains avatars of this kind. Throws a sentence for the operator. */
export function trainerFor(kind: AvatarKind, models: FalConfig['models']): { id: string; trainer: Trainer } {
  const id = models[kind];
  const row = trainer(id);
  if (!row?.kinds.includes(kind))
    throw new Error(
      `AVATAR_${kind.toUpperCase()}_MODEL=${id} names no model that trains a ${kind}; known: ${Object.entries(
        TRAINERS,
      )
        .filter(([, t]) => t.kinds.includes(kind))
        .map(([name]) => name)
        .join(', ')}`,
    );
  return { id, trainer: row };
}

/** Checked by the worker at start: a model that FAL has withdrawn trains nobody. Throws a sentence for the operator. */
export function refuseWithdrawn(fal: Pick<FalConfig, 'models' | 'elsewhere' | 'testMode'>): void {
  if (fal.elsewhere || fal.testMode) return;
  for (const kind of ['portrait', 'style'] as const) {
    const { id, trainer: row } = trainerFor(kind, fal.models);
    if (row.withdrawn)
      throw new Error(
        `AVATAR_${kind.toUpperCase()}_MODEL=${id}: FAL has withdrawn ${row.endpoint} for new training; its fine-tunes still draw. Choose another model.`,
      );
  }
}

/** A word that no model knows, so that it comes to mean this avatar alone. */
export function triggerFor(avatarId: string, legacy: FalConfig['legacy'], model: string): string {
  return model === 'flux-pro'
    ? legacy.triggerWord
    : `AISHA${avatarId.replaceAll('-', '').slice(0, 6).toUpperCase()}`;
}

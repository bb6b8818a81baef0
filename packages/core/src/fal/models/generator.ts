import { z } from 'zod';
import type { Limits, Model } from './model.ts';

export interface ImageRequest {
  readonly prompt: string;
  /** Address of the model file, or the provider's own id of the fine-tune. */
  readonly model: string | null;
  /** In pixels; `aspect` is the same as a ratio, for models that take no size. */
  readonly size: { readonly width: number; readonly height: number };
  readonly aspect: `${number}:${number}`;
  readonly count: number;
  readonly seed: number;
}

export interface GeneratedImage {
  readonly url: string;
  /** Held back by the provider's safety checker: not delivered, not charged. */
  readonly flagged: boolean;
}

export interface Generator extends Model {
  readonly role: 'generator';
  /** Draws without an avatar's model too. */
  readonly alone: boolean;
  /** Images that one request makes at most; more of them are several requests. */
  readonly perRequest: number;
  buildInput(request: ImageRequest): Record<string, unknown>;
  /** null when the answer is not what this model answers. */
  readOutput(output: unknown): { images: readonly GeneratedImage[]; seed: string | null } | null;
}

/** Seconds of work; what takes longer waits in FAL's queue. */
export const GENERATOR_LIMITS: Limits = {
  unconfirmedMinutes: 3,
  pollSeconds: (age) => (age < 60 ? 4 : age < 300 ? 10 : 30),
};

// Only what decides is read: the addresses, the flags. A seed of another form is no reason to lose the images.
const imagesOutput = z.object({
  images: z.array(z.object({ url: z.string() })).min(1),
  seed: z.union([z.number(), z.string()]).nullish().catch(null),
  has_nsfw_concepts: z
    .union([z.array(z.unknown()), z.boolean()])
    .nullish()
    .catch(null),
});

/** What all generators of the FLUX family answer. */
export function readImages(output: unknown): ReturnType<Generator['readOutput']> {
  const parsed = imagesOutput.safeParse(output);
  if (!parsed.success) return null;
  const { images, seed, has_nsfw_concepts: flags } = parsed.data;
  return {
    images: images.map(({ url }, i) => ({
      url,
      flagged: Boolean(Array.isArray(flags) ? flags[i] : flags),
    })),
    seed: seed === null || seed === undefined ? null : String(seed),
  };
}

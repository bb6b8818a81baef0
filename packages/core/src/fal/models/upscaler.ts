import { z } from 'zod';
import { EDITOR_LIMITS } from './editor.ts';
import type { Model } from './model.ts';

export interface Upscaler extends Model {
  readonly role: 'upscaler';
  /** How many times longer each side becomes. */
  readonly factor: number;
  buildInput(request: { readonly from: string; readonly seed: number }): Record<string, unknown>;
  /** The address; null when the answer is not what this model answers. */
  readOutput(output: unknown): string | null;
}

export const UPSCALER_LIMITS = EDITOR_LIMITS;

const output = z.object({ image: z.object({ url: z.string() }) });

/** What all upscalers answer. */
export const readEnlarged = (answer: unknown): string | null =>
  output.safeParse(answer).data?.image.url ?? null;

import { z } from 'zod';
import type { Limits, Model } from './model.ts';

/** A picture set in motion. */
export interface Animator extends Model {
  readonly role: 'animator';
  readonly seconds: number;
  buildInput(request: { readonly from: string; readonly prompt: string }): Record<string, unknown>;
  /** The address of a video; null when the answer is not what this model answers. */
  readOutput(output: unknown): string | null;
}

/** Minutes of work. */
export const ANIMATOR_LIMITS: Limits = {
  unconfirmedMinutes: 15,
  pollSeconds: (age) => (age < 300 ? 8 : 30),
};

const output = z.object({ video: z.object({ url: z.string() }) });

export const readVideo = (answer: unknown): string | null => output.safeParse(answer).data?.video.url ?? null;

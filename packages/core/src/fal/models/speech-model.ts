import type { RecogniserAbilities, Recognition } from '@aisha/providers';
import type { Limits, Model } from './model.ts';

export interface SpeechRequest {
  readonly audioUrl: string;
  /** ISO 639-1; detected unless given. */
  readonly language: string | null;
  readonly vocabulary: readonly string[];
  readonly speakers: boolean;
}

/** Recognises one piece of a recording. */
export interface SpeechModel extends Model {
  readonly role: 'recogniser';
  /** What a minute costs is its price's. */
  readonly can: Omit<RecogniserAbilities, 'usdPerMinute'>;
  buildInput(request: SpeechRequest): Record<string, unknown>;
  /** null when the answer is not what this model answers. */
  readOutput(output: unknown): (Recognition & { readonly kind: 'ok' }) | null;
}

/** Seconds of work; its result is gone after six minutes, so it is looked after closely. */
export const SPEECH_LIMITS: Limits = {
  unconfirmedMinutes: 3,
  pollSeconds: (age) => (age < 30 ? 2 : age < 120 ? 5 : 15),
};

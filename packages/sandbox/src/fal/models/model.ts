import type { z } from 'zod';
import type { FileSlot } from '../files.ts';
import type { LogLine } from '../jobs.ts';
import type { Lora } from '../lora.ts';
import type { FalSettings } from '../settings.ts';
import { validateInput } from './validation.ts';

/** What a model may use while it works. Every wait ends early when the job is cancelled. */
export interface ModelRun {
  model: string;
  requestId: string;
  signal: AbortSignal;
  settings: FalSettings;
  /** How long the work itself should take. */
  seconds: number;
  /** The safety checker is to strike (fault `nsfw`). */
  flagged: boolean;
  /** Throws the model's `file_download_error`. */
  fetchFile(url: string, loc: (string | number)[]): Promise<Buffer>;
  saveFile(name: string, contentType: string, bytes: Uint8Array): Promise<FileSlot>;
  saveFinetune(id: string, bytes: Uint8Array): Promise<void>;
  readFinetune(id: string): Promise<Lora | null>;
  log(message: string, level?: LogLine['level']): void;
  wait(seconds: number): Promise<void>;
  /** How far the work is, 0–1: where a fault that fails or stalls the job half-way takes hold. */
  reach(fraction: number): Promise<void>;
}

export type ModelKind = 'training' | 'image' | 'speech';

export interface Model {
  kind: ModelKind;
  /** Resolves to the model's output; throws a ModelFailure. */
  run(input: unknown, run: ModelRun): Promise<object>;
}

export function defineModel<S extends z.ZodType>(
  kind: ModelKind,
  schema: S,
  work: (input: z.output<S>, run: ModelRun) => Promise<object>,
): Model {
  return { kind, run: async (input, run) => work(validateInput(schema, input), run) };
}

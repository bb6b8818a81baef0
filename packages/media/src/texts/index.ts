import { basename } from 'node:path';
import type { MediaParts } from '../parts.ts';
import type { ScratchFolder } from '../scratch.ts';
import { stat } from 'node:fs/promises';
import type { TextOutcome } from './outcome.ts';
import { TEXT_TIME } from '../limits.ts';
import { textParser } from './parser.ts';

/** A self-hosted Bot API server hands over files of 2 GB: not into memory. A PDF of pictures with its text has tens of MB. */
const MOST_BYTES = 64 * 1024 * 1024;

export interface TextInput {
  /** In the folder itself. */
  readonly file: string;
  readonly folder: Pick<ScratchFolder, 'path' | 'bytes'>;
  readonly owner: string;
  readonly signal: AbortSignal;
}

/** Reads the text of a file in a process of its own, whatever kind it is by its content. */
export async function readTextFile(
  media: MediaParts,
  { file, ...job }: TextInput,
): Promise<TextOutcome | { readonly kind: 'too_costly' }> {
  const { size } = await stat(file);
  if (size > MOST_BYTES) return { kind: 'too_long' };
  const wallMs = Math.min(TEXT_TIME.mostMs, TEXT_TIME.anyMs + TEXT_TIME.perByteMs * size);
  const outcome = await media.pool.run(textParser, { file: basename(file) }, { ...job, limits: { wallMs } });
  if (outcome.kind === 'ok') return outcome.value;
  return outcome.reason === 'crashed' ? { kind: 'damaged' } : { kind: 'too_costly' };
}

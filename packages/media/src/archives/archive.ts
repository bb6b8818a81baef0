import { join } from 'node:path';
import { ARCHIVE } from '../limits.ts';
import type { MediaParts } from '../parts.ts';
import type { FolderOptions } from '../scratch.ts';
import type { ArchiveProblem } from './answers.ts';
import { extractPictures } from './parser.ts';

/** Files of an archive whose content is some picture's; whether it can be decoded, `openPicture` says. Gone when disposed. */
export interface OpenedArchive extends AsyncDisposable {
  readonly kind: 'ok';
  /** Paths, in the order of the archive. */
  readonly files: readonly string[];
  /** How many files in it are no pictures. */
  readonly others: number;
}

export interface ArchiveRefused {
  readonly kind: 'refused';
  readonly reason: ArchiveProblem;
}

/** Opens a zip of pictures. A full disk rejects with a TransientError. */
export async function openArchive(
  { scratch, pool }: MediaParts,
  path: string,
  {
    mostBytes = ARCHIVE.mostBytes,
    ...options
  }: Omit<FolderOptions, 'waitMs'> & { readonly mostBytes?: number },
): Promise<OpenedArchive | ArchiveRefused> {
  await using kept = new AsyncDisposableStack();
  const folder = kept.use(await scratch.folder(mostBytes + ARCHIVE.spareBytes, options));
  const outcome = await pool.run(extractPictures, { file: path, mostBytes }, { ...options, folder });
  if (outcome.kind === 'refused')
    return { kind: 'refused', reason: outcome.reason === 'too_costly' ? 'too_costly' : 'unreadable' };
  if (outcome.value.kind === 'refused') return outcome.value;
  const { files, others } = outcome.value;
  const held = kept.move();
  return {
    kind: 'ok',
    files: files.map((name) => join(folder.path, name)),
    others,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@aisha/service';
import { createPool } from './child/pool.ts';
import type { MediaParts } from './parts.ts';
import { openScratch } from './scratch.ts';

export type { Outcome, Refusal } from './child/pool.ts';
export type { Scratch, ScratchFolder } from './scratch.ts';
export { openArchive, type ArchiveRefused, type OpenedArchive } from './archives/archive.ts';
export { createFaceReader, type FaceReader, noFaces } from './faces/reader.ts';
export type { FacesSeen, MainFace } from './faces/answers.ts';
export { SOUND } from './limits.ts';
export { sourceName } from './sound/formats.ts';
export { decodeSound, type Sound, type SoundOutcome } from './sound/decode.ts';
export { encodeStretch } from './sound/encode.ts';
export { spliceSound } from './sound/splice.ts';
export { readTextFile } from './texts/index.ts';
export type { TextOutcome } from './texts/outcome.ts';

export {
  openPicture,
  type OpenOptions,
  type Picture,
  type PictureProblem,
  type PictureRefused,
  reducePicture,
} from './pictures/picture.ts';

/** Opens what people send: in processes of its own, under the limits of limits.ts. */
export interface Media extends MediaParts {
  /** Ends every child, at once, and removes the scratch. */
  close(): Promise<void>;
}

export interface MediaOptions {
  readonly log: Logger;
  /** Where scratch files of all workers on this file system lie; null: in the system's temporary folder. */
  readonly scratchRoot: string | null;
  /** For this worker; by default as in limits.ts. */
  readonly scratchBytes?: number;
}

export async function createMedia(options: MediaOptions): Promise<Media> {
  const { log, scratchRoot, scratchBytes } = options;
  const scratch = await openScratch({
    root: scratchRoot ?? join(tmpdir(), 'aisha-scratch'),
    log,
    ...(scratchBytes === undefined ? {} : { totalBytes: scratchBytes }),
  });
  const pool = createPool({ log });
  const parts = { scratch, pool, log };
  return {
    ...parts,
    async close() {
      pool.close();
      await scratch.close();
    },
  };
}

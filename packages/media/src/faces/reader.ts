import { extname } from 'node:path';
import type { Logger } from '@aisha/service';
import { createPool } from '../child/pool.ts';
import { FACES } from '../limits.ts';
import type { Scratch } from '../scratch.ts';
import type { FacesSeen } from './answers.ts';
import { ensureEngine } from './engine.ts';
import { seeFaces } from './parser.ts';

/**
 * Looks at the faces of pictures (contracts: docs/AVATARS.md). Null when it could not: the picture is no worse for that.
 * A full disk rejects with a TransientError.
 */
export interface FaceReader {
  read(
    picture: Uint8Array,
    options: { readonly owner: string; readonly signal: AbortSignal },
  ): Promise<FacesSeen | null>;
  close(): void;
}

export interface FaceReaderOptions {
  readonly log: Logger;
  readonly scratch: Scratch;
}

const PROGRAM = new URL(`./main${extname(import.meta.url)}`, import.meta.url);

/** By the networks of face-api, in one child process that ends when it has nothing to do. */
export async function createFaceReader({ log, scratch }: FaceReaderOptions): Promise<FaceReader> {
  await ensureEngine();
  const { lane, idleMs, files, keptBytes } = FACES;
  const pool = createPool({
    log,
    lanes: { quick: lane, heads: lane, long: lane },
    program: PROGRAM,
    idleMs,
    files,
    keptBytes,
  });
  return {
    async read(picture, options) {
      await using folder = await scratch.folder(picture.length + FACES.scratchBytes, options);
      await scratch.write(folder, 'in', picture);
      const outcome = await pool.run(seeFaces, { file: 'in' }, { ...options, folder });
      return outcome.kind === 'ok' ? outcome.value : null;
    },
    close: () => pool.close(),
  };
}

/** Where faces are not to be looked at. */
export const noFaces: FaceReader = { read: () => Promise.resolve(null), close: () => undefined };

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@aisha/service';
import { createPool, type Pool } from './child/pool.ts';
import { openScratch, type Scratch } from './scratch.ts';

export type { Outcome, Refusal } from './child/pool.ts';
export type { Scratch, ScratchFolder } from './scratch.ts';

/** Opens what people send: in processes of its own, under the limits of limits.ts. */
export interface Media extends MediaParts {
  /** Ends every child, at once, and removes the scratch. */
  close(): Promise<void>;
}

/** What the functions of this package work with. */
export interface MediaParts {
  readonly scratch: Scratch;
  readonly pool: Pool;
  readonly log: Logger;
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
  return {
    scratch,
    pool,
    log,
    async close() {
      pool.close();
      await scratch.close();
    },
  };
}

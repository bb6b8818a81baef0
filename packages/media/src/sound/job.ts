import type { Pool } from '../child/pool.ts';
import type { ScratchFolder } from '../scratch.ts';

/** What one piece of work on sound runs with. */
export interface SoundJob {
  readonly pool: Pool;
  /** Where programs write. */
  readonly folder: Pick<ScratchFolder, 'path' | 'bytes'>;
  /** Whose file it is, for the order of turns. */
  readonly owner: string;
  readonly signal: AbortSignal;
}

import type { Logger } from '@aisha/service';
import type { Pool } from './child/pool.ts';
import type { Scratch } from './scratch.ts';

/** What the functions of this package work with. */
export interface MediaParts {
  readonly scratch: Scratch;
  readonly pool: Pool;
  readonly log: Logger;
}

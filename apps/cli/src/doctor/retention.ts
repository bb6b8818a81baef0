import { RETENTION } from '@aisha/core';
import { type Check, ok } from './finding.ts';

/** How long what is kept: nothing that could fail, and what an operator is asked. */
export const checkRetention: Check = async () =>
  RETENTION.map(({ what, kept, why }) => ok(what, `${kept} (${why})`));

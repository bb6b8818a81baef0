import type { WorkerParts } from '../parts.ts';
import { settingsOf } from '../settings/settings.ts';
import { createMask, type Mask } from './mask.ts';

/** Said to every model that is given a masked text. */
export const MASKED = 'Words such as PERSON_1 or PHONE_2 stand for what is hidden; write them as they are.';

/** Whether somebody's personal data are hidden from text models: as they chose, else as the operators did. */
export async function isMasked(
  { db, config }: Pick<WorkerParts, 'db' | 'config'>,
  ownerId: number,
): Promise<boolean> {
  return (await settingsOf(db, ownerId)).masking ?? config.documents.maskPersonal;
}

/**
 * What hides personal data in one piece of work, and puts them back into the answer; null where nothing is hidden. Material
 * of several people is hidden when one of them wants it. `known`: names that are some.
 */
export async function maskOf(
  parts: Pick<WorkerParts, 'db' | 'config'>,
  owners: readonly number[],
  known: readonly string[] = [],
): Promise<Mask | null> {
  for (const owner of new Set(owners)) if (await isMasked(parts, owner)) return createMask(known);
  return null;
}

import { stat } from 'node:fs/promises';
import { type Environment, secretFiles } from '@aisha/config';
import { type Finding, ok, warning } from './finding.ts';

/** As infra/scripts/monitor.sh: after so many days a key is due for a new one. */
const DUE_DAYS = 90;
const DAY_MS = 86_400_000;

/**
 * Whether keys are due for a new one. A file was written when its key was last changed; of a key that stands in the
 * environment itself nothing is known, and nothing is said.
 */
export async function checkKeys(env: Environment | undefined, now = Date.now()): Promise<Finding[]> {
  const findings: Finding[] = [];
  let young = 0;
  // An authority's certificate has an end of its own.
  for (const { name, path } of secretFiles(env).filter((file) => file.name !== 'DATABASE_CA')) {
    const written = await stat(path).catch(() => null);
    // An unreadable one is the configuration check's to tell.
    if (!written) continue;
    const days = Math.floor((now - written.mtimeMs) / DAY_MS);
    if (days < DUE_DAYS) young += 1;
    else
      findings.push(
        warning(name, `the same for ${days} days`, 'make a new one: docs/OPERATIONS.md, "Keys", says how'),
      );
  }
  if (young > 0) findings.push(ok('age', `${young} younger than ${DUE_DAYS} days`));
  return findings;
}

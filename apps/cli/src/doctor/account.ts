import type { DatabaseConfig } from '@aisha/config';
import { circuitBreakers } from '@aisha/db';
import { eq, like, or } from 'drizzle-orm';
import { withAnyDatabase } from '../database.ts';
import { age } from '../table.ts';
import { failed, type Finding } from './finding.ts';

/** What was refused last before this is over, or was given up by whoever changed the configuration. */
const STALE_MS = 24 * 3_600_000;

/**
 * What the workers met: a provider lets a locked account ask and refuses only work, and a key may lack one model, so
 * a question that costs nothing does not show it. The note goes with the first work that is taken again.
 */
export async function refusedWork(
  database: DatabaseConfig | null,
  provider: 'fal' | 'openai',
  mend: string,
): Promise<Finding[]> {
  if (!database) return [];
  const notes = await withAnyDatabase(
    database,
    'aisha-doctor',
    (db) =>
      db
        .select()
        .from(circuitBreakers)
        .where(or(eq(circuitBreakers.name, provider), like(circuitBreakers.name, `${provider}/%`))),
    // A database that does not answer is told of by its own check.
  ).catch(() => []);
  return notes
    .filter(({ openUntil }) => Date.now() - openUntil.getTime() < STALE_MS)
    .map(({ name, reason, openedAt }) => {
      const [, use, ...model] = name.split('/');
      const since = `refused since ${age(openedAt)}: ${reason}`;
      return use === undefined
        ? failed('account', `work is ${since}`, mend)
        : failed(
            `model for ${use}`,
            `${model.join('/')} is ${since}`,
            'let this key use it, or configure another model; other work goes on meanwhile',
          );
    });
}

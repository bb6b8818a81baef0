import type { DatabaseConfig } from '@aisha/config';
import { circuitBreakers } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { withAnyDatabase } from '../database.ts';
import { age } from '../table.ts';
import { failed, type Finding } from './finding.ts';

/**
 * What the workers met: a provider lets a locked account ask and refuses only work, so a question that costs nothing
 * does not show it. The note goes with the first work that is taken again.
 */
export async function accountLocked(
  database: DatabaseConfig | null,
  provider: 'fal' | 'openai',
  mend: string,
): Promise<Finding[]> {
  if (!database) return [];
  const notes = await withAnyDatabase(
    database,
    'aisha-doctor',
    (db) => db.select().from(circuitBreakers).where(eq(circuitBreakers.name, provider)),
    // A database that does not answer is told of by its own check.
  ).catch(() => []);
  return notes.map(({ reason, openedAt }) =>
    failed('account', `work is refused since ${age(openedAt)}: ${reason}`, mend),
  );
}

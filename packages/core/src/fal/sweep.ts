import { falJobs } from '@aisha/db';
import { and, inArray, lt, sql } from 'drizzle-orm';
import { AGAIN, due } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { dropUnsent } from './jobs.ts';

/** Has FAL asked about every request that is overdue. */
export function sweepFalJobs(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .update(falJobs)
      .set({ nextCheckAt: AGAIN, checks: sql`${falJobs.checks} + 1` })
      .where(
        due(
          parts.db,
          falJobs,
          sql`${falJobs.id}`,
          // A created one belongs to its order's start.
          and(
            inArray(falJobs.state, ['submitting', 'submitted', 'cancelling']),
            lt(falJobs.nextCheckAt, sql`now()`),
          ),
        ),
      )
      .returning({ id: falJobs.id });
    for (const { id } of rows) unit.enqueue('fal.settle', { falJobId: id, source: 'sweep' });
    return rows.length + (await dropUnsent(unit.tx));
  });
}

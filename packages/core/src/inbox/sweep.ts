import { telegramUpdates } from '@aisha/db';
import { and, lt, ne, sql } from 'drizzle-orm';
import { BATCH } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';

/** Webhook mode only: when the bot polls, it takes up its own. */
export function sweepUpdates(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .selectDistinct({ botId: telegramUpdates.botId, lane: telegramUpdates.lane })
      .from(telegramUpdates)
      .where(and(ne(telegramUpdates.state, 'done'), lt(telegramUpdates.nextCheckAt, sql`now()`)))
      .limit(BATCH);
    for (const { botId, lane } of rows) unit.enqueue('telegram.dispatch', { botId, lane });
    return rows.length;
  });
}

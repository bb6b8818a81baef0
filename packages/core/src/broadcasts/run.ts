import { broadcasts, type Db } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { notify } from '../notifications/notifications.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { finishBroadcast } from './broadcasts.ts';

/** It is being sent: longer than one run, so that the sweeper comes only where nobody does. */
export async function keepBroadcast(db: Db, id: string): Promise<void> {
  await db
    .update(broadcasts)
    .set({ nextCheckAt: sql`now() + interval '60 seconds'` })
    .where(eq(broadcasts.id, id));
}

/** Ends a broadcast that nobody is left of, and owes the operators its report; false when it goes on. */
export function endBroadcast(parts: DeciderParts, id: string): Promise<boolean> {
  return transact(parts, async (unit) => {
    if (!(await finishBroadcast(unit, id))) return false;
    for (const operator of unit.operators)
      await notify(unit, { userId: operator, chatId: operator }, `broadcast:${id}:ended:${operator}`, {
        kind: 'broadcast.ended',
        data: { broadcastId: id },
      });
    return true;
  });
}

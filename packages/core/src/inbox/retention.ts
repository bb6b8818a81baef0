import { type Db, telegramUpdates } from '@aisha/db';
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';

/** Telegram keeps an update for a day at most; after that nothing can be delivered twice. */
const UPDATES_KEPT = sql`now() - interval '72 hours'`;
/** Set aside ones stay longer: somebody has to look at them. */
const POISONED_KEPT = sql`now() - interval '30 days'`;

/** What was handled long ago goes. */
export async function removeOldUpdates(db: Db): Promise<void> {
  await db
    .delete(telegramUpdates)
    .where(
      and(
        eq(telegramUpdates.state, 'done'),
        lt(telegramUpdates.receivedAt, UPDATES_KEPT),
        or(isNull(telegramUpdates.poisonedAt), lt(telegramUpdates.poisonedAt, POISONED_KEPT)),
      ),
    );
}

import { conversations, type Db } from '@aisha/db';
import { and, isNotNull, lt, or, sql } from 'drizzle-orm';

/**
 * What a conversation remembers beside its place: albums that were answered, photos put aside for an avatar. Its owner
 * was told that they are kept for an hour; of an avatar that is being begun they wait for the next steps.
 */
export async function forgetMemories(db: Pick<Db, 'update'>): Promise<void> {
  const { memory, state, updatedAt } = conversations;
  await db
    .update(conversations)
    .set({ memory: null })
    .where(
      and(
        isNotNull(memory),
        lt(updatedAt, sql`now() - interval '1 hour'`),
        or(sql`${state}->>'name' not like 'avatar.%'`, lt(updatedAt, sql`now() - interval '30 days'`)),
      ),
    );
}

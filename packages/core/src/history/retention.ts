import { type Db, historyWords, passages, recordings } from '@aisha/db';
import { isNotNull, sql } from 'drizzle-orm';

/** People of one pass; a deleted recording stays for some passes. */
const BATCH = 20;

/** Words that nothing says any more go with the last recording that said them. */
export async function forgetWords(db: Db): Promise<void> {
  const owners = await db
    .selectDistinct({ id: recordings.ownerId })
    .from(recordings)
    .where(isNotNull(recordings.deletedAt))
    .limit(BATCH);
  for (const { id } of owners)
    await db.execute(sql`
      delete from ${historyWords} where owner_id = ${id} and (chat_id, word) not in (
        select distinct chat_id, word from ${passages}, unnest(tsvector_to_array(${passages.words})) word
        where owner_id = ${id})`);
}

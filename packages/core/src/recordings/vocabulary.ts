import { type Tx, vocabulary } from '@aisha/db';
import { asc, eq } from 'drizzle-orm';

/** What FAL takes; more would be no hint any more. */
const MOST_TERMS = 100;
/** The names and terms that a person expects to be said, in the order in which they were added. */
export async function termsOf(tx: Pick<Tx, 'select'>, userId: number): Promise<string[]> {
  const rows = await tx
    .select({ term: vocabulary.term })
    .from(vocabulary)
    .where(eq(vocabulary.userId, userId))
    .orderBy(asc(vocabulary.createdAt), asc(vocabulary.term))
    .limit(MOST_TERMS);
  return rows.map(({ term }) => term);
}

/** Adds as many as there is room for; how many are new. */
export async function addTerms(tx: Tx, userId: number, terms: readonly string[]): Promise<number> {
  const room = MOST_TERMS - (await tx.$count(vocabulary, eq(vocabulary.userId, userId)));
  const wanted = terms.slice(0, Math.max(0, room));
  if (wanted.length === 0) return 0;
  const added = await tx
    .insert(vocabulary)
    .values(wanted.map((term) => ({ userId, term })))
    .onConflictDoNothing()
    .returning({ term: vocabulary.term });
  return added.length;
}

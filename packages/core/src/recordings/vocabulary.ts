import { type Tx, vocabulary } from '@aisha/db';
import { storable } from '@aisha/service';
import { and, asc, eq, inArray } from 'drizzle-orm';

/** What FAL takes; more would be no hint any more. */
const MOST_TERMS = 100;
/** Recognisers take shorter ones than this. */
const LONGEST_TERM = 49;

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

/** Terms as somebody types them: by lines, commas or semicolons. */
export const termsIn = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,;]+/)
      .map((term) => storable(term).replaceAll(/\s+/g, ' ').trim())
      .filter((term) => term !== '' && term.length <= LONGEST_TERM),
  ),
];

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

export async function removeTerms(tx: Tx, userId: number, terms: readonly string[]): Promise<void> {
  if (terms.length === 0) return;
  await tx.delete(vocabulary).where(and(eq(vocabulary.userId, userId), inArray(vocabulary.term, [...terms])));
}

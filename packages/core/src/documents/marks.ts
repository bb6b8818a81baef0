import { documents } from '@aisha/db';
import { eq } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import type { Document } from './documents.ts';

/** Ticks a task of a document, or takes the tick back. */
export async function toggleTask(
  { tx }: Unit,
  { id }: Pick<Document, 'id'>,
  task: number,
): Promise<Document> {
  const [row] = await tx.select().from(documents).where(eq(documents.id, id)).for('update');
  const done = new Set(row?.done ?? []);
  if (!done.delete(task)) done.add(task);
  const [changed] = await tx
    .update(documents)
    .set({ done: [...done].toSorted((a, b) => a - b) })
    .where(eq(documents.id, id))
    .returning();
  if (!changed) throw new Error('the document was found a moment ago');
  return changed;
}

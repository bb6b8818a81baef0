import { documentTemplates, type Tx } from '@aisha/db';
import { and, asc, count, eq, isNull, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';

export type Template = typeof documentTemplates.$inferSelect;

export const TEMPLATE_NAME = { min: 2, max: 40 } as const;
export const TEMPLATE_TEXT = { min: 5, max: 2_000 } as const;
/** As many as a screen can show. */
export const MOST_TEMPLATES = 12;

const kept = (ownerId: number) =>
  and(eq(documentTemplates.ownerId, ownerId), isNull(documentTemplates.deletedAt));

export const templatesOf = (tx: Pick<Tx, 'select'>, ownerId: number): Promise<Template[]> =>
  tx
    .select()
    .from(documentTemplates)
    .where(kept(ownerId))
    .orderBy(asc(documentTemplates.createdAt))
    .limit(MOST_TEMPLATES);

export async function findTemplate(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  id: string,
): Promise<Template | null> {
  const [found] = await tx
    .select()
    .from(documentTemplates)
    .where(and(kept(ownerId), eq(documentTemplates.id, id)));
  return found ?? null;
}

/** Null when there are as many as may be. */
export async function addTemplate(
  { tx }: Unit,
  ownerId: number,
  template: { readonly name: string; readonly instruction: string },
): Promise<Template | null> {
  const [there] = await tx.select({ n: count() }).from(documentTemplates).where(kept(ownerId));
  if ((there?.n ?? 0) >= MOST_TEMPLATES) return null;
  const [added] = await tx
    .insert(documentTemplates)
    .values({ ...template, ownerId })
    .returning();
  return added ?? null;
}

/** Not offered any more; documents that were made by it stay. */
export async function deleteTemplate({ tx }: Unit, ownerId: number, id: string): Promise<void> {
  await tx
    .update(documentTemplates)
    .set({ deletedAt: sql`now()` })
    .where(and(kept(ownerId), eq(documentTemplates.id, id)));
}

import { documents, documentSections, recordings, type Tx } from '@aisha/db';
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { OrderDefinition } from '../orders/definition.ts';
import { waitsAs } from '../users/turns.ts';

/** A price's worth of text: two hours of speech. Longer ones are asked for in more sections, each of which is billed. */
export const CHARACTERS_A_UNIT = 100_000;

/** Of the text. */
const length = z.object({ characters: z.number().int().nonnegative().optional() });

/** Its recording may have been deleted since it was ordered or quoted. */
async function isThere(tx: Pick<Tx, 'select'>, documentId: string): Promise<boolean> {
  const [found] = await tx
    .select({ id: documents.id })
    .from(documents)
    .innerJoin(recordings, eq(recordings.id, documents.recordingId))
    .where(and(eq(documents.id, documentId), isNull(recordings.deletedAt)));
  return found !== undefined;
}

/** A document over the whole text of a recording. */
export const document: OrderDefinition = {
  // Counted anew with every section: the provider's bad quarter of an hour, and as much again.
  deadlineMinutes: 30,
  exclusive: true,
  price: (wanted, prices) => ({
    each: prices.document,
    units: Math.max(1, Math.ceil((length.parse(wanted).characters ?? 0) / CHARACTERS_A_UNIT)),
  }),
  input: length.extend({ kind: z.string() }),
  progressUnit: 'sections',
  forgets: 'document',
  // What an order that failed has answered is not bought again; what it could not use is tried anew.
  begun: async ({ tx }, { subjectId }) => {
    if (!subjectId || !(await isThere(tx, subjectId))) return false;
    await tx.update(documentSections).set({ spoiled: 0 }).where(eq(documentSections.documentId, subjectId));
    return true;
  },
  first: (unit, { subjectId, ownerId, turn }) => {
    if (subjectId) unit.enqueue('document.write', { documentId: subjectId }, { turn, by: waitsAs(ownerId) });
  },
};

import { documentSections } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { OrderDefinition } from '../orders/definition.ts';

/** A document over the whole text of a recording. */
export const document: OrderDefinition = {
  // Counted anew with every section: the provider's bad quarter of an hour, and as much again.
  deadlineMinutes: 30,
  exclusive: true,
  price: (_input, prices) => ({ each: prices.document, units: 1 }),
  input: z.object({ kind: z.string() }),
  progressUnit: 'sections',
  // What an order that failed has answered is not bought again; what it could not use is tried anew.
  begun: async ({ tx }, { subjectId }) => {
    if (subjectId)
      await tx.update(documentSections).set({ spoiled: 0 }).where(eq(documentSections.documentId, subjectId));
  },
  first: (unit, { subjectId, ownerId, turn }) => {
    if (subjectId) unit.enqueue('document.write', { documentId: subjectId }, { turn, by: ownerId });
  },
};

import { z } from 'zod';
import type { OrderDefinition } from '../orders/definition.ts';

/** A document over the whole text of a recording. */
export const document: OrderDefinition = {
  deadlineMinutes: 30,
  exclusive: true,
  price: null,
  input: z.object({ kind: z.string() }),
  progressUnit: 'sections',
  first: (unit, { subjectId }) => {
    if (subjectId) unit.enqueue('document.write', { documentId: subjectId });
  },
};

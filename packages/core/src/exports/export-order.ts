import { z } from 'zod';
import type { OrderDefinition } from '../orders/definition.ts';
import { waitsAs } from '../users/turns.ts';

/** A file of what is there already: free. */
export const exportOrder: OrderDefinition = {
  // Its job's tries, and the queue before them.
  deadlineMinutes: 15,
  exclusive: true,
  price: () => ({ each: 0, units: 0 }),
  input: z.object({}),
  progressUnit: 'none',
  forgets: 'export',
  first: (unit, { subjectId, ownerId, turn }) => {
    if (subjectId) unit.enqueue('export.make', { exportId: subjectId }, { turn, by: waitsAs(ownerId) });
  },
};

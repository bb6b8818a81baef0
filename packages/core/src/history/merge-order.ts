import { recordings } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { OrderDefinition } from '../orders/definition.ts';
import { waitsAs } from '../users/turns.ts';

/** Recordings that become one: free, for nothing is asked of anybody. Its subject is the new recording. */
export const merge: OrderDefinition = {
  // Its job's tries, and the queue before them.
  deadlineMinutes: 15,
  exclusive: true,
  price: () => ({ each: 0, units: 0 }),
  input: z.object({}),
  progressUnit: 'none',
  forgets: 'recording',
  first: (unit, { subjectId, ownerId, turn }) => {
    if (subjectId)
      unit.enqueue('recording.merge', { recordingId: subjectId }, { turn, by: waitsAs(ownerId) });
  },
  // What nothing became of is not there.
  ended: async ({ tx }, { subjectId }) => {
    if (subjectId) await tx.delete(recordings).where(eq(recordings.id, subjectId));
  },
};

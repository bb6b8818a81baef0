import { questions } from '@aisha/db';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { OrderDefinition } from '../orders/definition.ts';
import { waitsAs } from '../users/turns.ts';

/** A question to one's recordings. What they say nothing of costs nothing. */
export const question: OrderDefinition = {
  // A bad quarter of an hour of the text model's, as its job is tried.
  deadlineMinutes: 15,
  exclusive: true,
  price: (_input, prices) => ({ each: prices.question, units: 1 }),
  input: z.object({}),
  progressUnit: 'none',
  forgets: 'question',
  first: (unit, { subjectId, ownerId, turn }) => {
    if (subjectId) unit.enqueue('question.answer', { questionId: subjectId }, { turn, by: waitsAs(ownerId) });
  },
  ended: async ({ tx }, { subjectId }) => {
    if (subjectId) await tx.delete(questions).where(eq(questions.id, subjectId));
  },
};

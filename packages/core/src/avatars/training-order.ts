import { avatars } from '@aisha/db';
import { and, eq, inArray } from 'drizzle-orm';
import { falOrder } from '../fal/order.ts';
import { collectTraining, prepareTraining, trainingInput } from './training.ts';

/** The training of an avatar; its photos are fixed while it is under way. */
export const training = falOrder({
  // FAL's own processing limit is an hour; a portrait takes 5 to 20 minutes and may queue before.
  deadlineMinutes: 90,
  exclusive: true,
  share: 'fal',
  price: (input, prices) => ({ each: prices.training[trainingInput.parse(input).preset], units: 1 }),
  input: trainingInput,
  progressUnit: 'none',
  begun: async ({ tx }, { subjectId }) => {
    const begun = await tx
      .update(avatars)
      .set({ state: 'training', failure: null, screenMessageId: null, screenDueAt: null })
      .where(and(eq(avatars.id, subjectId ?? ''), inArray(avatars.state, ['draft', 'failed'])))
      .returning({ id: avatars.id });
    return begun.length > 0;
  },
  ended: async ({ tx }, { subjectId, state, failure }) => {
    await tx
      .update(avatars)
      .set(state === 'failed' ? { state, failure } : { state: 'draft' })
      .where(and(eq(avatars.id, subjectId ?? ''), eq(avatars.state, 'training')));
  },
  prepare: prepareTraining,
  collect: collectTraining,
});

import { avatars } from '@aisha/db';
import { and, eq, inArray } from 'drizzle-orm';
import { falOrder } from '../fal/order.ts';
import { collectTraining, prepareTraining } from './training.ts';
import { trainingInput } from './training-input.ts';

/** Of any input that was ever kept: an order has to end whatever it was placed with. */
const isRedo = (input: unknown): boolean => trainingInput.safeParse(input).data?.redoOf !== undefined;

/** The training of an avatar; its photos are fixed while it is under way. */
export const training = falOrder({
  // FAL's own processing limit is an hour; a portrait takes 5 to 20 minutes and may queue before.
  deadlineMinutes: 90,
  exclusive: true,
  share: 'fal',
  price: (input, prices) => {
    const { preset, redoOf } = trainingInput.parse(input);
    return redoOf === undefined ? { each: prices.training[preset], units: 1 } : { each: 0, units: 0 };
  },
  input: trainingInput,
  progressUnit: 'none',
  forgets: 'nothing',
  begun: async ({ tx }, { subjectId, input }) => {
    // A better one of an avatar that can be drawn already.
    const from = isRedo(input) ? (['ready'] as const) : (['draft', 'failed'] as const);
    const begun = await tx
      .update(avatars)
      .set({ state: 'training', failure: null, screenMessageId: null, screenDueAt: null })
      .where(and(eq(avatars.id, subjectId ?? ''), inArray(avatars.state, [...from])))
      .returning({ id: avatars.id });
    return begun.length > 0;
  },
  ended: async ({ tx }, { subjectId, state, failure, input }) => {
    await tx
      .update(avatars)
      .set(isRedo(input) ? { state: 'ready' } : state === 'failed' ? { state, failure } : { state: 'draft' })
      .where(and(eq(avatars.id, subjectId ?? ''), eq(avatars.state, 'training')));
  },
  prepare: prepareTraining,
  collect: collectTraining,
});

import { type Db, type Place, questions } from '@aisha/db';
import { lt, sql } from 'drizzle-orm';
import { type Placed, placeOrder } from '../orders/orders.ts';
import type { Recording } from '../recordings/recordings.ts';
import type { Unit } from '../unit.ts';
import type { Scope } from './search.ts';

export type Question = typeof questions.$inferSelect;

/** Shorter ones ask nothing, longer ones are texts. */
export const QUESTION = { min: 3, max: 500 } as const;

/** Orders an answer to a question: of one recording, or of all that may be searched here. */
export async function orderAnswer(
  unit: Unit,
  {
    ownerId,
    of,
    question,
    ...place
  }: Place & {
    readonly ownerId: number;
    readonly of: Pick<Recording, 'id'> | Scope;
    readonly question: string;
    /** The price that was shown with the question; none: it is quoted first. */
    readonly shown?: number | undefined;
  },
): Promise<Placed> {
  const { shown, ...where } = place;
  const [row] = await unit.tx
    .insert(questions)
    .values({
      ownerId,
      question,
      recordingId: 'id' in of ? of.id : null,
      // What a group reads is what was said there, never what somebody had written for themselves.
      groupId: place.chatId < 0 ? place.chatId : null,
    })
    .returning({ id: questions.id });
  if (!row) throw new Error('insert returned nothing');
  return placeOrder(unit, { ...where, ownerId, kind: 'question', subjectId: row.id, input: {}, shown });
}

/** Questions and answers stand in the chat; what they quote is not kept twice. */
export async function forgetQuestions(db: Db): Promise<void> {
  await db.delete(questions).where(lt(questions.createdAt, sql`now() - interval '1 day'`));
}

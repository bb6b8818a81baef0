import { orders, recordingPieces, recordings } from '@aisha/db';
import { and, eq, gt, sql } from 'drizzle-orm';
import { lockOrder } from '../orders/orders.ts';
import type { Order, Unit } from '../unit.ts';
import { transcription } from './transcription-order.ts';

/** How a recording is to be heard. */
export interface HearingChoice {
  /** ISO 639-1; null: whatever the recogniser hears. */
  readonly language?: string | null;
  readonly speakers?: boolean;
}

/**
 * Chooses how the recording of a quote is heard. Recognisers take pieces of other lengths, so it is cut anew when it begins;
 * the price stays. Null: the quote is not theirs, or not open any more.
 */
export async function chooseHearing(
  unit: Unit,
  ownerId: number,
  orderId: string,
  { language, speakers }: HearingChoice,
): Promise<Order | null> {
  await lockOrder(unit.tx, orderId);
  const open = and(
    eq(orders.id, orderId),
    eq(orders.ownerId, ownerId),
    eq(orders.kind, 'transcription'),
    eq(orders.state, 'quoted'),
    gt(orders.deadlineAt, sql`now()`),
  );
  const [found] = await unit.tx.select().from(orders).where(open);
  if (!found?.subjectId) return null;
  const chosen = {
    ...(language === undefined ? {} : { language }),
    ...(speakers === undefined ? {} : { speakers }),
  };
  const input = transcription.input.parse({ ...found.input, ...chosen });
  if (JSON.stringify(input) === JSON.stringify(found.input)) return found;
  await unit.tx
    .update(recordings)
    .set({
      ...(language === undefined ? {} : { language }),
      ...(speakers === undefined ? {} : { wantSpeakers: speakers }),
    })
    .where(eq(recordings.id, found.subjectId));
  await unit.tx.delete(recordingPieces).where(eq(recordingPieces.recordingId, found.subjectId));
  const [order] = await unit.tx.update(orders).set({ input }).where(open).returning();
  return order ?? null;
}

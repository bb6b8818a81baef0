import { orders, recordings, type Tx } from '@aisha/db';
import { and, desc, eq, isNull, or } from 'drizzle-orm';
import type { Order } from '../unit.ts';
import type { Recording } from './recordings.ts';

/** A recording and the order of its text, whose status message is where the text stands. */
export interface Result {
  readonly recording: Recording;
  readonly order: Order;
}

const results = (tx: Pick<Tx, 'select'>) =>
  tx
    .select({ recording: recordings, order: orders })
    .from(orders)
    .innerJoin(recordings, eq(recordings.id, orders.subjectId));

const told = and(
  eq(orders.kind, 'transcription'),
  eq(orders.state, 'succeeded'),
  isNull(recordings.deletedAt),
);

/** The result that a message shows; somebody else's is not found. */
export async function resultInMessage(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  { chatId, messageId }: { readonly chatId: number; readonly messageId: number },
): Promise<Result | null> {
  const [found] = await results(tx).where(
    and(
      told,
      eq(orders.chatId, chatId),
      eq(orders.statusMessageId, messageId),
      eq(recordings.ownerId, ownerId),
    ),
  );
  return found ?? null;
}

/** The recording whose text a message shows, if this person may read it: their own, or one of the group's in the group. */
export async function readableInMessage(
  tx: Pick<Tx, 'select'>,
  at: { readonly userId: number; readonly chatId: number; readonly messageId: number },
): Promise<Recording | null> {
  const mine = eq(recordings.ownerId, at.userId);
  const [found] = await results(tx).where(
    and(
      told,
      eq(orders.chatId, at.chatId),
      eq(orders.statusMessageId, at.messageId),
      at.chatId < 0 ? or(mine, eq(recordings.chatId, at.chatId)) : mine,
    ),
  );
  return found?.recording ?? null;
}

/** Where a recording's text is shown. */
export async function resultOf(tx: Pick<Tx, 'select'>, recordingId: string): Promise<Result | null> {
  const [found] = await results(tx)
    .where(and(told, eq(orders.subjectId, recordingId)))
    .orderBy(desc(orders.createdAt))
    .limit(1);
  return found ?? null;
}

/** The recording that a message of its person brought. */
export async function recordingInMessage(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  { chatId, messageId }: { readonly chatId: number; readonly messageId: number },
): Promise<Recording | null> {
  const [recording] = await tx
    .select()
    .from(recordings)
    .where(
      and(
        eq(recordings.ownerId, ownerId),
        eq(recordings.chatId, chatId),
        eq(recordings.messageId, messageId),
        isNull(recordings.deletedAt),
      ),
    )
    .orderBy(desc(recordings.createdAt))
    .limit(1);
  return recording ?? null;
}

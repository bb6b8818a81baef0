import { orders, recordings, type Tx } from '@aisha/db';
import { and, desc, eq, isNull } from 'drizzle-orm';
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

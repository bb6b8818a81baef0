import {
  documents,
  recordingExports,
  orders,
  passages,
  type Place,
  recordings,
  type RecordingSource,
  type Tx,
  type Voice,
} from '@aisha/db';
import { and, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import { cancelOrder, type Placed, placeOrder, unended } from '../orders/orders.ts';
import type { Order, Unit } from '../unit.ts';

export type Recording = typeof recordings.$inferSelect;

export interface IncomingMedia {
  readonly source: RecordingSource;
  readonly fileId: string;
  readonly fileName: string | null;
  readonly mimeType: string | null;
  readonly fileSize: number | null;
  readonly durationS: number | null;
  /** Of several that are to be one: each of them, in their order. */
  readonly voices?: readonly Voice[];
}

/** A day is longer than anything that is taken. */
const LONGEST_TOLD_S = 24 * 3_600;

/** What the sender's app says, in ms; what cannot be is as good as nothing, and the file itself is measured later. */
const durationTold = (seconds: number | null): number | null =>
  seconds !== null && seconds >= 0 && seconds <= LONGEST_TOLD_S ? Math.round(seconds * 1_000) : null;

/** Takes a file to be transcribed and orders the work. */
export async function orderTranscription(
  unit: Unit,
  {
    threadId,
    ...from
  }: Place & {
    ownerId: number;
    messageId: number;
    title: string;
    /** ISO 639-1; null: whatever the recogniser hears. */
    language: string | null;
    wantSpeakers?: boolean | null;
  },
  media: IncomingMedia,
): Promise<{ recording: Recording; order: Order } | { refused: Extract<Placed, { kind: 'refused' }> }> {
  const { durationS, ...file } = media;
  const [recording] = await unit.tx
    .insert(recordings)
    .values({ ...from, ...file, durationMs: durationTold(durationS) })
    .returning();
  if (!recording) throw new Error('insert returned nothing');
  const placed = await placeOrder(unit, {
    ownerId: from.ownerId,
    chatId: from.chatId,
    threadId,
    kind: 'transcription',
    subjectId: recording.id,
    input: {},
  });
  if (placed.kind === 'refused') {
    await unit.tx.delete(recordings).where(eq(recordings.id, recording.id));
    return { refused: placed };
  }
  if (placed.kind !== 'placed') throw new Error('a new recording has no order under way');
  return { recording, order: placed.order };
}

/** Somebody else's recording is not found. */
export async function findRecording(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  id: string,
): Promise<Recording | null> {
  const [recording] = await tx
    .select()
    .from(recordings)
    .where(and(eq(recordings.id, id), eq(recordings.ownerId, ownerId), isNull(recordings.deletedAt)));
  return recording ?? null;
}

/**
 * It disappears from the history at once, and what was still being made of it is cancelled; its objects are removed
 * by the retention rules.
 */
export async function deleteRecording(unit: Unit, ownerId: number, id: string): Promise<boolean> {
  const [row] = await unit.tx
    .update(recordings)
    .set({ deletedAt: sql`now()` })
    .where(and(eq(recordings.id, id), eq(recordings.ownerId, ownerId), isNull(recordings.deletedAt)))
    .returning({ id: recordings.id });
  if (!row) return false;
  // Nothing finds it any more.
  await unit.tx.delete(passages).where(eq(passages.recordingId, id));
  // Nor its parts, which it alone led to.
  const parts = await unit.tx
    .select({ id: recordings.id })
    .from(recordings)
    .where(and(eq(recordings.mergedInto, id), isNull(recordings.deletedAt)));
  for (const part of parts) await deleteRecording(unit, ownerId, part.id);
  const ofIt = unit.tx.select({ id: documents.id }).from(documents).where(eq(documents.recordingId, id));
  const filesOfIt = unit.tx
    .select({ id: recordingExports.id })
    .from(recordingExports)
    .where(eq(recordingExports.recordingId, id));
  const open = await unit.tx
    .select({ id: orders.id })
    .from(orders)
    .where(
      and(
        unended,
        or(
          and(inArray(orders.kind, ['transcription', 'merge']), eq(orders.subjectId, id)),
          and(eq(orders.kind, 'document'), inArray(orders.subjectId, ofIt)),
          and(eq(orders.kind, 'export'), inArray(orders.subjectId, filesOfIt)),
        ),
      ),
    );
  for (const order of open) {
    await cancelOrder(unit, ownerId, order.id);
    unit.enqueue('order.progress', { orderId: order.id });
  }
  return true;
}

import { documents, type Language, type Place, recordingExports, recordings, type Tx } from '@aisha/db';
import type { FormatName } from '@aisha/export';
import { objectKey } from '@aisha/storage';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Document } from '../documents/documents.ts';
import { orderUnderWay, type Placed, placeOrder, succeedOrder } from '../orders/orders.ts';
import type { WorkerParts } from '../parts.ts';
import type { Recording } from '../recordings/recordings.ts';
import { type Order, transact, type Unit } from '../unit.ts';

export type Export = typeof recordingExports.$inferSelect;

/** What somebody can ask for: a file in a format, or the cut of sound around a line. */
export type Asked =
  | { readonly format: FormatName; readonly document: Document | null }
  | { readonly format: 'sound'; readonly line: number };

/** Orders a file of a recording. What is the same as before is sent again and not made again. */
export async function orderExport(
  unit: Unit,
  recording: Pick<Recording, 'id' | 'ownerId'>,
  asked: Asked,
  /** `by`: who asks, where it is not whose the recording is: it counts as theirs. */
  place: Place & { readonly language: Language; readonly by?: number },
): Promise<Placed> {
  const [row] = await unit.tx
    .insert(recordingExports)
    .values({
      ownerId: recording.ownerId,
      recordingId: recording.id,
      documentId: asked.format === 'sound' ? null : (asked.document?.id ?? null),
      format: asked.format,
      line: asked.format === 'sound' ? asked.line : null,
      language: place.language,
    })
    // A do-nothing update, so that the existing row is returned.
    .onConflictDoUpdate({
      target: [
        recordingExports.recordingId,
        recordingExports.documentId,
        recordingExports.format,
        recordingExports.line,
        recordingExports.language,
      ],
      set: { format: sql`excluded.format` },
    })
    .returning({ id: recordingExports.id });
  if (!row) throw new Error('insert returned nothing');
  return placeOrder(unit, {
    ownerId: place.by ?? recording.ownerId,
    chatId: place.chatId,
    threadId: place.threadId,
    kind: 'export',
    subjectId: row.id,
    input: {},
  });
}

export interface FoundExport {
  readonly made: Export;
  readonly recording: Recording;
  readonly document: Document | null;
}

/** Nothing of a recording that was deleted meanwhile. */
export async function findExport(tx: Pick<Tx, 'select'>, id: string): Promise<FoundExport | null> {
  const [found] = await tx
    .select({ made: recordingExports, recording: recordings, document: documents })
    .from(recordingExports)
    .innerJoin(recordings, eq(recordings.id, recordingExports.recordingId))
    .leftJoin(documents, eq(documents.id, recordingExports.documentId))
    .where(and(eq(recordingExports.id, id), isNull(recordings.deletedAt)));
  return found ?? null;
}

/** The order that waits for it. */
export const exportUnderWay = (parts: Pick<WorkerParts, 'db'>, id: string): Promise<Order | null> =>
  orderUnderWay(parts.db, 'export', id);

/** Below the recording's own prefix, so that it goes with it. */
export const exportKey = ({ ownerId, recordingId, id }: Export, extension: string): string =>
  objectKey(ownerId, 'recordings', recordingId, `exports/${id}.${extension}`);

/** Keeps what was made and ends the order, all or nothing. Null: nothing was made, what was made before is the same. */
export async function endExport(
  parts: WorkerParts,
  order: Pick<Order, 'id'>,
  { id }: Export,
  made: Partial<Pick<Export, 'fingerprint' | 'objectKey' | 'fileName' | 'caption'>> | null,
): Promise<void> {
  await transact(parts, async (unit) => {
    if (!(await succeedOrder(unit, order.id)) || made === null) return;
    await unit.tx
      .update(recordingExports)
      .set({ ...made, madeAt: sql`now()` })
      .where(eq(recordingExports.id, id));
  });
}

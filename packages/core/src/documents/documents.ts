import { documents, recordings, type Tx, type Place } from '@aisha/db';
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { type Placed, placeOrder } from '../orders/orders.ts';
import type { Recording } from '../recordings/recordings.ts';
import type { Unit } from '../unit.ts';
import type { DocumentKind } from './kinds/index.ts';

export type Document = typeof documents.$inferSelect;

/** Orders a document of a recording; one that was written before is returned as it is. */
export async function orderDocument(
  unit: Unit,
  recording: Recording,
  kind: DocumentKind | `own:${string}`,
  language: string,
  screen: Place & { messageId?: number | undefined; shown?: number },
): Promise<{ kind: 'written'; document: Document } | Placed> {
  const [document] = await unit.tx
    .insert(documents)
    .values({ recordingId: recording.id, ownerId: recording.ownerId, kind, language })
    // A do-nothing update, so that the existing row is returned.
    .onConflictDoUpdate({
      target: [documents.recordingId, documents.kind, documents.language],
      set: { kind: sql`excluded.kind` },
    })
    .returning();
  if (!document) throw new Error('insert returned nothing');
  if (document.writtenAt) return { kind: 'written', document };
  return placeOrder(unit, {
    ownerId: recording.ownerId,
    chatId: screen.chatId,
    threadId: screen.threadId,
    kind: 'document',
    subjectId: document.id,
    input: { kind, characters: recording.text?.length ?? 0 },
    statusMessageId: screen.messageId,
    shown: screen.shown,
  });
}

/** A written document; somebody else's, or of a recording that was deleted, is not found. */
export async function findDocument(
  tx: Pick<Tx, 'select'>,
  ownerId: number,
  id: string,
): Promise<Document | null> {
  const [found] = await tx
    .select({ document: documents })
    .from(documents)
    .innerJoin(recordings, eq(recordings.id, documents.recordingId))
    .where(
      and(
        eq(documents.id, id),
        eq(documents.ownerId, ownerId),
        isNotNull(documents.writtenAt),
        isNull(recordings.deletedAt),
      ),
    );
  return found?.document ?? null;
}

/** A document with the recording over which it is written. */
export async function documentAndRecording(
  tx: Pick<Tx, 'select'>,
  id: string,
): Promise<{ document: Document; recording: Recording } | undefined> {
  const [found] = await tx
    .select({ document: documents, recording: recordings })
    .from(documents)
    .innerJoin(recordings, eq(recordings.id, documents.recordingId))
    .where(eq(documents.id, id));
  return found;
}

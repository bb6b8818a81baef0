import { documents, type Language, type Tx } from '@aisha/db';
import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import { type Placed, placeOrder } from '../orders/orders.ts';
import type { Recording } from '../recordings/recordings.ts';
import type { Unit } from '../unit.ts';
import type { DocumentKind } from './kinds/index.ts';

export type Document = typeof documents.$inferSelect;

/** Orders a document of a recording; one that was written before is returned as it is. */
export async function orderDocument(
  unit: Unit,
  recording: Recording,
  kind: DocumentKind,
  language: Language,
  screen: { chatId: number; messageId?: number | undefined },
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
    kind: 'document',
    subjectId: document.id,
    input: { kind },
    statusMessageId: screen.messageId,
  });
}

export async function documentsOf(tx: Pick<Tx, 'select'>, recordingId: string): Promise<Document[]> {
  return tx
    .select()
    .from(documents)
    .where(and(eq(documents.recordingId, recordingId), isNotNull(documents.writtenAt)))
    .orderBy(desc(documents.writtenAt));
}

export async function findDocument(tx: Pick<Tx, 'select'>, id: string): Promise<Document | null> {
  const [document] = await tx.select().from(documents).where(eq(documents.id, id));
  return document ?? null;
}

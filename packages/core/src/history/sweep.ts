import { documents, recordings } from '@aisha/db';
import { and, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import { AGAIN, due } from '../overdue.ts';
import type { DeciderParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { waitsAs } from '../users/turns.ts';

/** What search has not taken in yet: also all that was there before there was a search. */
export function sweepIndex(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const said = and(
      lt(recordings.indexDueAt, sql`now()`),
      isNotNull(recordings.transcribedAt),
      isNull(recordings.deletedAt),
    );
    const heard = await unit.tx
      .update(recordings)
      .set({ indexDueAt: AGAIN })
      .where(due(parts.db, recordings, sql`${recordings.id}`, said))
      .returning({ recordingId: recordings.id, ownerId: recordings.ownerId });
    const written = await unit.tx
      .update(documents)
      .set({ indexDueAt: AGAIN })
      .where(
        due(
          parts.db,
          documents,
          sql`${documents.id}`,
          and(lt(documents.indexDueAt, sql`now()`), isNotNull(documents.writtenAt)),
        ),
      )
      .returning({
        recordingId: documents.recordingId,
        documentId: documents.id,
        ownerId: documents.ownerId,
      });
    for (const { ownerId, ...of } of [...heard, ...written])
      unit.enqueue('history.index', of, { by: waitsAs(ownerId) });
    return heard.length + written.length;
  });
}

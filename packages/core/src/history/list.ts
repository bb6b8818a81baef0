import { recordings, recordingTags, type Tx } from '@aisha/db';
import { and, eq, inArray, isNotNull, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Recording } from '../recordings/recordings.ts';
import type { Scope } from './search.ts';

/** Which recordings of a history: all, those that were heard, those that were read, those with a tag. */
export type HistoryFilter = 'all' | 'sound' | 'text' | { readonly tagId: string };

/** Where a page begins: behind a recording, towards older or newer ones. Whatever comes or goes meanwhile, none is skipped. */
export interface Cursor {
  readonly direction: 'older' | 'newer';
  readonly from: Pick<Recording, 'id' | 'createdAt'>;
}

export interface HistoryPage {
  /** Newest first. */
  readonly items: readonly Pick<Recording, 'id' | 'title' | 'durationMs' | 'createdAt' | 'source'>[];
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
}

export const HISTORY_PAGE = 6;

type Reading = Pick<Tx, 'select'>;

/** A page of what was heard and read; what became a part of another is found there. */
export async function historyPage(
  tx: Reading,
  scope: Scope,
  filter: HistoryFilter,
  cursor: Cursor | null,
): Promise<HistoryPage> {
  const newer = cursor?.direction === 'newer';
  const rows = await tx
    .select({
      id: recordings.id,
      title: recordings.title,
      durationMs: recordings.durationMs,
      createdAt: recordings.createdAt,
      source: recordings.source,
    })
    .from(recordings)
    .where(and(inScope(scope), wanted(tx, filter), cursor === null ? undefined : behind(cursor)))
    .orderBy(
      newer
        ? sql`${recordings.createdAt} asc, ${recordings.id} asc`
        : sql`${recordings.createdAt} desc, ${recordings.id} desc`,
    )
    .limit(HISTORY_PAGE + 1);
  const more = rows.length > HISTORY_PAGE;
  const items = newer ? rows.slice(0, HISTORY_PAGE).toReversed() : rows.slice(0, HISTORY_PAGE);
  // Turned back to the beginning: it is a whole first page, with what came meanwhile.
  if (newer && !more) return historyPage(tx, scope, filter, null);
  return { items, hasNewer: newer ? more : cursor !== null, hasOlder: newer ? true : more };
}

/** Compared as the database keeps it: JavaScript knows milliseconds only. */
const behind = ({ direction, from }: Cursor): SQL => sql`
  (${recordings.createdAt}, ${recordings.id}) ${sql.raw(direction === 'older' ? '<' : '>')}
  (select created_at, id from ${recordings} as cursor where cursor.id = ${from.id})`;

const inScope = (scope: Scope): SQL | undefined =>
  and(
    'ownerId' in scope ? eq(recordings.ownerId, scope.ownerId) : eq(recordings.chatId, scope.groupId),
    isNull(recordings.deletedAt),
    isNull(recordings.mergedInto),
    isNotNull(recordings.transcribedAt),
  );

function wanted(tx: Reading, filter: HistoryFilter): SQL | undefined {
  if (filter === 'all') return undefined;
  if (filter === 'sound') return ne(recordings.source, 'text');
  if (filter === 'text') return eq(recordings.source, 'text');
  const tagged = tx
    .select({ id: recordingTags.recordingId })
    .from(recordingTags)
    .where(eq(recordingTags.tagId, filter.tagId));
  return inArray(recordings.id, tagged);
}

/** Where a button leads on from; also one that was deleted since, for it still says when it was. */
export async function findCursor(tx: Reading, ownerId: number, id: string): Promise<Cursor['from'] | null> {
  const [row] = await tx
    .select({ id: recordings.id, createdAt: recordings.createdAt })
    .from(recordings)
    .where(and(eq(recordings.id, id), eq(recordings.ownerId, ownerId)));
  return row ?? null;
}

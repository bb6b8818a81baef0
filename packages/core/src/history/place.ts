import { passages, type PassageLine, recordings, type Tx } from '@aisha/db';
import { and, eq, isNull, or, sql } from 'drizzle-orm';
import type { Recording } from '../recordings/recordings.ts';

type Reading = Pick<Tx, 'select'>;

/** A recording that somebody may read: their own wherever they are, and in a group what was recorded there. */
export async function findReadable(
  tx: Reading,
  { userId, chatId }: { readonly userId: number; readonly chatId: number },
  id: string,
): Promise<Recording | null> {
  const mine = eq(recordings.ownerId, userId);
  const [recording] = await tx
    .select()
    .from(recordings)
    .where(
      and(
        eq(recordings.id, id),
        isNull(recordings.deletedAt),
        chatId < 0 ? or(mine, eq(recordings.chatId, chatId)) : mine,
      ),
    );
  return recording ?? null;
}

/** The lines around one of a recording, as search knows them; 0: those at its beginning. */
export async function placeIn(
  tx: Reading,
  { id }: Pick<Recording, 'id'>,
  line: number,
): Promise<readonly PassageLine[]> {
  const [passage] = await tx
    .select({ lines: passages.lines })
    .from(passages)
    .where(
      and(
        eq(passages.recordingId, id),
        isNull(passages.documentId),
        sql`${passages.lines} @> ${JSON.stringify([{ line: Math.max(line, 1) }])}::jsonb`,
      ),
    )
    .limit(1);
  return passage?.lines ?? [];
}

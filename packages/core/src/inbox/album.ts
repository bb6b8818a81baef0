import { telegramUpdates, type Tx } from '@aisha/db';
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { UpdateRow } from './inbox.ts';

/**
 * Telegram tells neither how many parts an album has nor which is the last. They are sent within moments of each other;
 * what a video or a file of one means depends on the others (a video among photos is no recording), so it waits for them.
 */
const GATHERED_MS = 1_200;

/** How long the parts of an album are still waited for, in milliseconds. By a clock that is wrong nobody waits. */
export function gatherMs({ payload, receivedAt }: Pick<UpdateRow, 'payload' | 'receivedAt'>): number {
  const { message } = payload;
  if (typeof message !== 'object' || message === null || !('media_group_id' in message)) return 0;
  if (!('video' in message || 'document' in message)) return 0;
  const age = Date.now() - receivedAt.getTime();
  return age < 0 ? 0 : Math.max(0, GATHERED_MS - age);
}

/** The messages of an album of this chat that are not done yet: the one being decided and what came after it. */
export async function albumMessages(
  tx: Pick<Tx, 'select'>,
  of: { readonly botId: number; readonly chatId: number; readonly album: string },
): Promise<unknown[]> {
  const rows = await tx
    .select({ payload: telegramUpdates.payload })
    .from(telegramUpdates)
    .where(
      and(
        eq(telegramUpdates.botId, of.botId),
        eq(telegramUpdates.lane, `chat${of.chatId}`),
        ne(telegramUpdates.state, 'done'),
        sql`${telegramUpdates.payload} #>> '{message,media_group_id}' = ${of.album}`,
      ),
    )
    .orderBy(asc(telegramUpdates.seq));
  return rows.map(({ payload }) => payload['message']);
}

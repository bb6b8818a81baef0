import { telegramUpdates, type Tx } from '@aisha/db';
import { and, asc, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { UpdateRow } from './inbox.ts';

/**
 * Telegram tells neither how many parts an album has nor which is the last. They are sent within moments of each other;
 * what a video or a file of one means depends on the others (a video among photos is no recording), so it waits for them.
 */
const GATHERED_MS = 1_200;

/** Several of them are forwarded at once, each as a message of its own; in a group nobody does that for us. */
const isForwardedVoice = (message: object): boolean =>
  'forward_origin' in message &&
  ('voice' in message || 'video_note' in message) &&
  'chat' in message &&
  typeof message.chat === 'object' &&
  message.chat !== null &&
  'type' in message.chat &&
  message.chat.type === 'private';

/** How long the parts of an album are still waited for, in milliseconds. By a clock that is wrong nobody waits. */
export function gatherMs({ payload, receivedAt }: Pick<UpdateRow, 'payload' | 'receivedAt'>): number {
  const { message } = payload;
  if (typeof message !== 'object' || message === null) return 0;
  const isPart = 'media_group_id' in message && ('video' in message || 'document' in message);
  if (!isPart && !isForwardedVoice(message)) return 0;
  const age = Date.now() - receivedAt.getTime();
  return age < 0 ? 0 : Math.max(0, GATHERED_MS - age);
}

/** The messages of an album of this chat that are not done yet: the one being decided and what came after it. */
export function albumMessages(
  tx: Pick<Tx, 'select'>,
  of: { readonly botId: number; readonly chatId: number; readonly album: string },
): Promise<unknown[]> {
  return openMessages(tx, of, sql`${telegramUpdates.payload} #>> '{message,media_group_id}' = ${of.album}`);
}

/** The forwarded voices of this chat that are not done yet: the one being decided and what came after it. */
export async function forwardedVoices(
  tx: Pick<Tx, 'select'>,
  of: { readonly botId: number; readonly chatId: number },
): Promise<unknown[]> {
  const open = await openMessages(
    tx,
    of,
    sql`${telegramUpdates.payload} #> '{message,forward_origin}' is not null`,
  );
  return open.filter((said) => typeof said === 'object' && said !== null && isForwardedVoice(said));
}

async function openMessages(
  tx: Pick<Tx, 'select'>,
  of: { readonly botId: number; readonly chatId: number },
  which: SQL,
): Promise<unknown[]> {
  const rows = await tx
    .select({ payload: telegramUpdates.payload })
    .from(telegramUpdates)
    .where(
      and(
        eq(telegramUpdates.botId, of.botId),
        eq(telegramUpdates.lane, `chat${of.chatId}`),
        ne(telegramUpdates.state, 'done'),
        which,
      ),
    )
    .orderBy(asc(telegramUpdates.seq));
  return rows.map(({ payload }) => payload['message']);
}

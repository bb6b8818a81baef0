import { type Db, groupMessages, type Tx } from '@aisha/db';
import { lt, sql } from 'drizzle-orm';

/** One message of a chat. */
export interface MessageRef {
  readonly chatId: number;
  readonly messageId: number;
}

/** Notes whom a message of the bot in a group answers. An edited one stays whose it was. */
export async function keepGroupMessage(
  db: Pick<Db, 'insert'>,
  message: MessageRef & { readonly ownerId: number },
): Promise<void> {
  await db.insert(groupMessages).values(message).onConflictDoNothing();
}

/** Whose these messages are; nothing of those that nobody is known to own. */
export async function ownersOfMessages(
  tx: Pick<Tx, 'select'>,
  messages: readonly MessageRef[],
): Promise<readonly (MessageRef & { readonly ownerId: number })[]> {
  if (messages.length === 0) return [];
  const wanted = sql.join(
    messages.map(({ chatId, messageId }) => sql`(${chatId}::bigint, ${messageId}::bigint)`),
    sql`, `,
  );
  return tx
    .select()
    .from(groupMessages)
    .where(sql`(${groupMessages.chatId}, ${groupMessages.messageId}) in (${wanted})`);
}

/** Who presses under an older one gets a new message instead of a changed one. */
const KEPT = sql`now() - interval '180 days'`;

export async function forgetGroupMessages(db: Pick<Db, 'delete'>): Promise<void> {
  await db.delete(groupMessages).where(lt(groupMessages.createdAt, KEPT));
}

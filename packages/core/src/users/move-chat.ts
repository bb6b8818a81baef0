import {
  avatars,
  chats,
  conversations,
  documents,
  groupDigests,
  groupMessages,
  groupRules,
  historyWords,
  notifications,
  orders,
  passages,
  questions,
  recordings,
  type Tx,
} from '@aisha/db';
import { and, eq, isNotNull, sql } from 'drizzle-orm';

/**
 * A group became a supergroup: what is kept of it has the new id from now on, and none of the old messages' numbers, which
 * mean others there. Harmless again and again: Telegram says it in each of the two chats and to every send to the old one,
 * in any order, and what was just being decided for the old id is moved when its first message is refused.
 */
export async function moveChat(tx: Tx, from: number, to: number): Promise<void> {
  // Two that move the same rows at once would wait for each other.
  await tx.execute(sql`select pg_advisory_xact_lock(${from})`);
  await tx.update(orders).set({ chatId: to, statusMessageId: null }).where(eq(orders.chatId, from));
  await tx.update(notifications).set({ chatId: to }).where(eq(notifications.chatId, from));
  await tx.update(avatars).set({ chatId: to, screenMessageId: null }).where(eq(avatars.chatId, from));
  await tx.update(recordings).set({ chatId: to, messageId: 0 }).where(eq(recordings.chatId, from));
  await tx.update(passages).set({ chatId: to }).where(eq(passages.chatId, from));
  await tx.execute(sql`
    insert into ${historyWords} (owner_id, chat_id, sound, word)
    select owner_id, ${to}, sound, word from ${historyWords} where chat_id = ${from}
    on conflict do nothing`);
  await tx.delete(historyWords).where(eq(historyWords.chatId, from));
  await tx
    .update(documents)
    .set({ remindChatId: to, remindThreadId: null })
    .where(and(eq(documents.remindChatId, from), isNotNull(documents.remindAt)));
  await tx.update(questions).set({ groupId: to }).where(eq(questions.groupId, from));
  await tx.delete(groupDigests).where(eq(groupDigests.chatId, to));
  await tx.update(groupDigests).set({ chatId: to }).where(eq(groupDigests.chatId, from));
  await tx.execute(sql`
    insert into ${conversations} (chat_id, user_id, state, memory)
    select ${to}, user_id, state, memory from ${conversations} where chat_id = ${from}
    on conflict do nothing`);
  await tx.delete(conversations).where(eq(conversations.chatId, from));
  await tx.delete(groupMessages).where(eq(groupMessages.chatId, from));
  await tx.execute(sql`
    update ${groupRules} set chat_id = ${to}, administrators_at = null
    where chat_id = ${from} and not exists (select 1 from ${groupRules} there where there.chat_id = ${to})`);
  await tx.delete(groupRules).where(eq(groupRules.chatId, from));
  await tx.insert(chats).values({ id: to, type: 'supergroup' }).onConflictDoNothing();
  await tx.delete(chats).where(eq(chats.id, from));
}

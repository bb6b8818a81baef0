import { chats, type Language, type Tx, users } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';

export type User = typeof users.$inferSelect;

/** What Telegram says of the sender. */
export interface Sender {
  readonly id: number;
  readonly first_name: string;
  readonly username?: string | undefined;
  readonly language_code?: string | undefined;
}

/** Telegram's language code → ours. Speakers of the neighbouring languages read Russian rather than English. */
export function languageOf(code: string | undefined): Language {
  const base = code?.toLowerCase().split(/[-_]/)[0];
  if (base === undefined || ['ru', 'uk', 'be', 'ky', 'uz', 'tg', 'hy', 'az'].includes(base)) return 'ru';
  return base === 'kk' ? 'kk' : 'en';
}

/** Creates or refreshes the sender's row. */
export async function meetUser(tx: Tx, from: Sender): Promise<User> {
  const language = languageOf(from.language_code);
  const [user] = await tx
    .insert(users)
    .values({ id: from.id, firstName: from.first_name, username: from.username ?? null, language })
    .onConflictDoUpdate({
      target: users.id,
      set: {
        firstName: from.first_name,
        username: from.username ?? null,
        seenAt: sql`now()`,
        language: sql`case when ${users.languageChosen} then ${users.language} else excluded.language end`,
      },
    })
    .returning();
  if (!user) throw new Error('insert returned nothing');
  return user;
}

export async function findUser(tx: Pick<Tx, 'select'>, id: number): Promise<User | null> {
  const [user] = await tx.select().from(users).where(eq(users.id, id));
  return user ?? null;
}

export async function chooseLanguage({ tx }: Unit, userId: number, language: Language): Promise<void> {
  await tx.update(users).set({ language, languageChosen: true }).where(eq(users.id, userId));
}

/** Notes a chat that writes to us: it can be written to again. */
export async function meetChat(tx: Tx, chat: { readonly id: number; readonly type: string }): Promise<void> {
  await tx
    .insert(chats)
    .values({ id: chat.id, type: chat.type })
    .onConflictDoUpdate({
      target: chats.id,
      set: { type: chat.type, unreachableSince: null, unreachableReason: null },
      setWhere: sql`${chats.unreachableSince} is not null or ${chats.type} <> ${chat.type}`,
    });
}

/** The user blocked the bot or the chat is gone. Their work goes on; the results wait in their menus. */
export async function markUnreachable(tx: Pick<Tx, 'insert'>, chatId: number, reason: string): Promise<void> {
  await tx
    .insert(chats)
    .values({ id: chatId, type: 'private', unreachableSince: sql`now()`, unreachableReason: reason })
    .onConflictDoUpdate({
      target: chats.id,
      set: {
        unreachableSince: sql`coalesce(${chats.unreachableSince}, now())`,
        unreachableReason: reason,
      },
    });
}

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

const thisMinute = sql`${users.minuteAt} > now() - interval '1 minute'`;

/**
 * Creates or refreshes the senders' rows, each sender given once. The rows stay locked until the transaction ends, in
 * the order of their ids, so that two transactions never wait for each other. Each call counts as one update of theirs.
 */
export async function meetUsers(tx: Tx, senders: readonly Sender[]): Promise<Map<number, User>> {
  if (senders.length === 0) return new Map();
  const met = await tx
    .insert(users)
    .values(
      senders
        .toSorted((a, b) => a.id - b.id)
        .map((from) => ({
          id: from.id,
          firstName: from.first_name,
          username: from.username ?? null,
          language: languageOf(from.language_code),
          minuteUpdates: 1,
        })),
    )
    .onConflictDoUpdate({
      target: users.id,
      set: {
        firstName: sql`excluded.first_name`,
        username: sql`excluded.username`,
        seenAt: sql`now()`,
        minuteAt: sql`case when ${thisMinute} then ${users.minuteAt} else now() end`,
        minuteUpdates: sql`case when ${thisMinute} then ${users.minuteUpdates} else 0 end + 1`,
        language: sql`case when ${users.languageChosen} then ${users.language} else excluded.language end`,
      },
    })
    .returning();
  return new Map(met.map((user) => [user.id, user]));
}

export async function findUser(tx: Pick<Tx, 'select'>, id: number): Promise<User | null> {
  const [user] = await tx.select().from(users).where(eq(users.id, id));
  return user ?? null;
}

export async function chooseLanguage({ tx }: Unit, userId: number, language: Language): Promise<void> {
  await tx.update(users).set({ language, languageChosen: true }).where(eq(users.id, userId));
}

/** Notes chats that write to us, each given once: they can be written to again. */
export async function meetChats(
  tx: Tx,
  met: readonly { readonly id: number; readonly type: string }[],
): Promise<void> {
  if (met.length === 0) return;
  await tx
    .insert(chats)
    .values(met.toSorted((a, b) => a.id - b.id).map(({ id, type }) => ({ id, type })))
    .onConflictDoUpdate({
      target: chats.id,
      set: { type: sql`excluded.type`, unreachableSince: null, unreachableReason: null },
      setWhere: sql`${chats.unreachableSince} is not null or ${chats.type} <> excluded.type`,
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

/** Blocks somebody, or lets them back in. Null: nobody of that id ever wrote. */
export async function setBlocked(tx: Pick<Tx, 'update'>, id: number, blocked: boolean): Promise<User | null> {
  const [user] = await tx
    .update(users)
    .set({ blockedAt: blocked ? sql`coalesce(${users.blockedAt}, now())` : null })
    .where(eq(users.id, id))
    .returning();
  return user ?? null;
}

import { chats, type Db, users } from '@aisha/db';
import type { Found } from './mapping.ts';
import type { Source } from './source.ts';
import { Tally } from './tally.ts';
import { date, flag, language, number, telegramId, text, wholeCredits } from './values.ts';

/** What the importers write with: the database, or a transaction that is rolled back. */
export type Target = Pick<Db, 'insert' | 'select' | 'update'>;

export interface People {
  readonly tally: Tally;
  readonly balances: readonly { telegramId: number; credits: number; legacyBalance: number }[];
  /** Telegram's id of whom a row of another table belongs to; null when there is no such user. */
  ownerOf(column: string | null | undefined, value: unknown): number | null;
}

/** Users, and what they have left; who is here already stays as they are. */
export async function importPeople(target: Target, source: Source, found: Found): Promise<People> {
  const tally = new Tally('users');
  const byOldId = new Map<string, number>();
  const known = new Set<number>();
  const balances: { telegramId: number; credits: number; legacyBalance: number }[] = [];
  for await (const rows of source.rows(found)) {
    const values: (typeof users.$inferInsert)[] = [];
    for (const row of rows) {
      tally.read += 1;
      const id = telegramId(row['telegramId']);
      if (id === null) {
        tally.leaveOut('no Telegram id');
        continue;
      }
      const oldId = text(row['id']);
      if (oldId !== null) byOldId.set(oldId, id);
      if (known.has(id)) {
        tally.leaveOut('a second row of the same person');
        continue;
      }
      known.add(id);
      const createdAt = date(row['createdAt']) ?? new Date();
      values.push({
        id,
        username: text(row['username'])?.replace(/^@/, '') ?? null,
        firstName: text(row['firstName'])?.slice(0, 64) ?? '',
        language: language(row['language']),
        blockedAt: flag(row['blocked']) ? new Date() : null,
        createdAt,
        seenAt: createdAt,
      });
      const legacyBalance = number(row['balance']);
      if (legacyBalance !== null && legacyBalance > 0)
        balances.push({ telegramId: id, credits: wholeCredits(legacyBalance), legacyBalance });
    }
    if (values.length === 0) continue;
    const added = await target.insert(users).values(values).onConflictDoNothing().returning({ id: users.id });
    // In a private chat both have the same number.
    await target
      .insert(chats)
      .values(values.map(({ id }) => ({ id, type: 'private' })))
      .onConflictDoNothing();
    tally.added += added.length;
    tally.there += values.length - added.length;
  }
  return {
    tally,
    balances,
    ownerOf(column, value) {
      const direct = telegramId(value);
      const ownId = direct !== null && known.has(direct) ? direct : null;
      if (column?.includes('telegram') === true) return ownId;
      return byOldId.get(text(value) ?? '') ?? ownId;
    },
  };
}

import { shorten } from '@aisha/service';
import { postEntry } from '@aisha/core';
import { chats, type Db, users } from '@aisha/db';
import type { Found } from './mapping.ts';
import type { Source } from './source.ts';
import { Tally } from './tally.ts';
import { date, flag, language, MOST_CREDITS, number, telegramId, text, wholeCredits } from './values.ts';

/** What the importers write with: the database, or a transaction that is rolled back. */
export type Target = Pick<Db, 'insert' | 'select' | 'update' | 'transaction'>;

export interface People {
  readonly tallies: readonly Tally[];
  /** Telegram's id of whom a row of another table belongs to; null when there is no such user. */
  ownerOf(column: string | null | undefined, value: unknown): number | null;
}

/**
 * Users, and what they have left: a first entry in the ledger, once and for all. Who is here already stays as they
 * are, and gets the older balance too.
 */
export async function importPeople(target: Target, source: Source, found: Found): Promise<People> {
  const tally = new Tally('users');
  const byOldId = new Map<string, number>();
  const known = new Set<number>();
  const balances = new Tally('balances');
  for await (const rows of source.rows(found)) {
    const values: (typeof users.$inferInsert)[] = [];
    const owed: { id: number; credits: number }[] = [];
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
        firstName: shorten(text(row['firstName']) ?? '', 64),
        language: language(row['language']),
        blockedAt: flag(row['blocked']) ? new Date() : null,
        createdAt,
        seenAt: createdAt,
      });
      const credits = wholeCredits(number(row['balance']) ?? 0);
      if (credits > 0) owed.push({ id, credits });
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
    for (const { id, credits } of owed) {
      balances.read += 1;
      if (credits > MOST_CREDITS) balances.leaveOut('too large to be true');
      else if (await openAccount(target, id, credits)) balances.added += 1;
      else balances.there += 1;
    }
  }
  return {
    tallies: [tally, balances],
    ownerOf(column, value) {
      const direct = telegramId(value);
      const ownId = direct !== null && known.has(direct) ? direct : null;
      if (column?.includes('telegram') === true) return ownId;
      return byOldId.get(text(value) ?? '') ?? ownId;
    },
  };
}

/** False when the balance was brought over before. */
async function openAccount(target: Target, userId: number, credits: number): Promise<boolean> {
  const entry = await target.transaction((tx) =>
    postEntry(tx, { userId, amount: credits, reason: 'legacy_balance', key: `legacy-balance:${userId}` }),
  );
  return entry !== null;
}

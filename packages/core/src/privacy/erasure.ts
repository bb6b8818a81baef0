import { createHmac } from 'node:crypto';
import { chats, erasedPeople, erasures, type Language, type Tx, users } from '@aisha/db';
import { and, eq, gt, inArray, lt, ne, sql } from 'drizzle-orm';
import type { DeciderParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';

export type Erasure = typeof erasures.$inferSelect;

/** How long somebody may change their mind. */
export const CHANGE_OF_MIND_HOURS = 24;

export interface Leaving {
  readonly userId: number;
  readonly askedBy: Erasure['askedBy'];
  readonly language: Language;
  /** At once, not after a day. */
  readonly now: boolean;
  /** Only when this export was delivered. */
  readonly exportId?: string | undefined;
  /** The message that says that it is being done: it becomes the receipt. */
  readonly messageId?: number | undefined;
}

/** Somebody leaves. Who has asked before leaves when they said then, or at once, if that is wanted now. */
export async function askErasure(unit: Unit, leaving: Leaving): Promise<Erasure> {
  const { userId, askedBy, language, now, exportId = null, messageId = null } = leaving;
  const dueAt = now ? sql`now()` : sql`now() + make_interval(hours => ${CHANGE_OF_MIND_HOURS})`;
  const [erasure] = await unit.tx
    .insert(erasures)
    .values({ userId, askedBy, language, exportId, messageId, dueAt, nextCheckAt: dueAt })
    .onConflictDoUpdate({
      target: erasures.userId,
      set: {
        dueAt: sql`least(${erasures.dueAt}, excluded.due_at)`,
        nextCheckAt: sql`least(${erasures.nextCheckAt}, excluded.due_at)`,
        // Who wants to go at once, without an export, does not wait for one that was wanted before.
        exportId: now ? sql`excluded.export_id` : sql`coalesce(${erasures.exportId}, excluded.export_id)`,
        messageId: sql`coalesce(excluded.message_id, ${erasures.messageId})`,
      },
    })
    .returning();
  if (!erasure) throw new Error('insert returned nothing');
  await unit.tx.update(users).set({ leavingAt: erasure.dueAt }).where(eq(users.id, userId));
  if (now) unit.enqueue('privacy.erase', { erasureId: erasure.id });
  return erasure;
}

/** They stay. False: it has begun, or nobody leaves. */
export async function cancelErasure({ tx }: Unit, userId: number): Promise<boolean> {
  const [cancelled] = await tx
    .delete(erasures)
    .where(and(eq(erasures.userId, userId), eq(erasures.state, 'waiting'), sql`${erasures.dueAt} > now()`))
    .returning({ id: erasures.id });
  if (cancelled) await tx.update(users).set({ leavingAt: null }).where(eq(users.id, userId));
  return cancelled !== undefined;
}

/** Erasures whose day is over, or that a crash left in the middle. */
export function sweepErasures(parts: DeciderParts): Promise<number> {
  return transact(parts, async (unit) => {
    const rows = await unit.tx
      .update(erasures)
      .set({ nextCheckAt: sql`now() + interval '30 seconds'` })
      .where(and(ne(erasures.state, 'done'), lt(erasures.nextCheckAt, sql`now()`)))
      .returning({ id: erasures.id });
    for (const { id } of rows) unit.enqueue('privacy.erase', { erasureId: id });
    return rows.length;
  });
}

/** By what somebody who left is known again; `key`: a secret that is kept apart from the database. */
export const hashOf = (key: string, userId: number): string =>
  createHmac('sha256', key).update(`erased:${userId}`).digest('base64url');

/** So many people are compared at once. */
const PAGE = 5_000;

/** Somebody, or a group, of a database. */
interface Kept {
  readonly id: number;
  readonly language: Language;
  readonly createdAt: Date;
}

/** After some number, in their order. */
type Page = (after: number | null) => Promise<Kept[]>;

/**
 * After a backup was restored: whoever had left before that is in it again, and leaves again, at once: their rows, and by
 * the same steps their objects and jobs. Who has come back since then stays. How many people and groups they are.
 */
export async function eraseAgain(unit: Unit, key: string): Promise<number> {
  const { tx } = unit;
  const people: Page = (after) =>
    tx
      .select({ id: users.id, language: users.language, createdAt: users.createdAt })
      .from(users)
      .where(after === null ? undefined : gt(users.id, after))
      .orderBy(users.id)
      .limit(PAGE);
  const groups: Page = async (after) => {
    const rows = await tx
      .select({ id: chats.id, createdAt: chats.createdAt })
      .from(chats)
      .where(and(lt(chats.id, 0), after === null ? undefined : gt(chats.id, after)))
      .orderBy(chats.id)
      .limit(PAGE);
    return rows.map((row) => ({ ...row, language: 'ru' }));
  };
  return (await againOf(unit, key, people)) + (await againOf(unit, key, groups));
}

async function againOf(unit: Unit, key: string, read: Page): Promise<number> {
  let found = 0;
  for (let after: number | null = null; ;) {
    const page = await read(after);
    const last = page.at(-1);
    if (!last) return found;
    after = last.id;
    const byHash = new Map(page.map((one) => [hashOf(key, one.id), one]));
    for (const { hash, erasedAt } of await gone(unit.tx, [...byHash.keys()])) {
      const one = byHash.get(hash);
      if (!one || one.createdAt > erasedAt) continue;
      await askErasure(unit, { userId: one.id, askedBy: 'restore', language: one.language, now: true });
      found += 1;
    }
  }
}

const gone = (tx: Tx, hashes: string[]) =>
  tx.select().from(erasedPeople).where(inArray(erasedPeople.hash, hashes));

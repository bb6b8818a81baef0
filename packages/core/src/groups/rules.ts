import { groupRules, type Tx, users } from '@aisha/db';
import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';

export type GroupRules = typeof groupRules.$inferSelect;

/** What holds in this group; null where nobody decided anything. */
export async function rulesOfGroup(tx: Pick<Tx, 'select'>, chatId: number): Promise<GroupRules | null> {
  const [rules] = await tx.select().from(groupRules).where(eq(groupRules.chatId, chatId));
  return rules ?? null;
}

/** So long what Telegram said of a group's administrators is believed, in minutes. */
const BELIEVED = { minutes: 10, forPaying: 60 } as const;

const isOlder = (at: Date | null, minutes: number) =>
  at === null || at.getTime() < Date.now() - minutes * 60_000;

/**
 * Who pays in the place of whoever orders in this chat; null: they pay themselves. Whether the payer still runs the group
 * is asked now and then.
 */
export async function groupPayer(
  unit: Pick<Unit, 'tx' | 'enqueue'>,
  { ownerId, chatId }: { readonly ownerId: number; readonly chatId: number },
): Promise<number | null> {
  if (chatId >= 0) return null;
  const rules = await rulesOfGroup(unit.tx, chatId);
  if (!rules || rules.payerId === null) return null;
  if (isOlder(rules.administratorsAt, BELIEVED.forPaying)) unit.enqueue('group.look', { chatId });
  return rules.payerId === ownerId ? null : rules.payerId;
}

/** Whether somebody runs the group; `unknown`: Telegram has to be asked again (`lookAtGroup`). */
export function standingOf(
  rules: Pick<GroupRules, 'administrators' | 'administratorsAt'> | null,
  userId: number,
): 'administrator' | 'member' | 'unknown' {
  if (!rules || isOlder(rules.administratorsAt, BELIEVED.minutes)) return 'unknown';
  return rules.administrators.includes(userId) ? 'administrator' : 'member';
}

/** Somebody agrees to pay for what is ordered in this group from now on; null: whoever orders pays again. */
export async function choosePayer(
  unit: Unit,
  { chatId, title }: { readonly chatId: number; readonly title: string },
  payerId: number | null,
): Promise<void> {
  const payer = { title, payerId, payerSince: payerId === null ? null : sql`now()` };
  await unit.tx
    .insert(groupRules)
    .values({ chatId, ...payer })
    .onConflictDoUpdate({ target: groupRules.chatId, set: payer });
}

/** What an administrator chose for the group, beside who pays. */
export async function chooseGroupRules(
  unit: Unit,
  { chatId, title }: { readonly chatId: number; readonly title: string },
  chosen: Partial<Pick<GroupRules, 'mode' | 'documents'>>,
): Promise<void> {
  await unit.tx
    .insert(groupRules)
    .values({ chatId, title, ...chosen })
    .onConflictDoUpdate({ target: groupRules.chatId, set: { title, ...chosen } });
}

/** The groups that somebody pays for. */
export function groupsPaidBy(
  tx: Pick<Tx, 'select'>,
  userId: number,
): Promise<{ readonly chatId: number; readonly title: string }[]> {
  return tx
    .select({ chatId: groupRules.chatId, title: groupRules.title })
    .from(groupRules)
    .where(eq(groupRules.payerId, userId))
    .orderBy(groupRules.payerSince);
}

/** Whoever agreed to pay may stop whenever they want, from anywhere. False: they do not pay there. */
export async function stopPaying(unit: Unit, userId: number, chatId: number): Promise<boolean> {
  const stopped = await unit.tx
    .update(groupRules)
    .set({ payerId: null, payerSince: null })
    .where(and(eq(groupRules.chatId, chatId), eq(groupRules.payerId, userId)))
    .returning({ chatId: groupRules.chatId });
  return stopped.length > 0;
}

/**
 * Locks these people, and in the order of their ids: what is ordered in a group takes from two, and two transactions must not
 * wait for each other.
 */
export async function lockPeople(tx: Tx, people: readonly (number | null)[]): Promise<void> {
  const ids = people.filter((id) => id !== null);
  await tx
    .select({ id: users.id })
    .from(users)
    .where(inArray(users.id, ids))
    .orderBy(users.id)
    .for('no key update');
}

/** The same together with those who pay for these groups; nobody is locked where there are none. */
export async function lockWithPayers(
  tx: Tx,
  people: readonly number[],
  chatIds: readonly number[],
): Promise<void> {
  const groups = chatIds.filter((id) => id < 0);
  if (groups.length === 0) return;
  const paying = await tx
    .select({ id: groupRules.payerId })
    .from(groupRules)
    .where(and(inArray(groupRules.chatId, groups), isNotNull(groupRules.payerId)));
  if (paying.length > 0) await lockPeople(tx, [...people, ...paying.map(({ id }) => id)]);
}

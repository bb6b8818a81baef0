import { creditHolds, erasedPeople, orders, referralCodes, referrals, type Tx } from '@aisha/db';
import { and, asc, count, countDistinct, desc, eq, exists, gt, inArray, ne, sql } from 'drizzle-orm';
import { randomBytes } from 'node:crypto';
import { lockAccount, postEntry } from '../credits/ledger.ts';
import { notify } from '../notifications/notifications.ts';
import type { DeciderParts } from '../parts.ts';
import { transact, type Unit } from '../unit.ts';
import { findUser, type User } from '../users/users.ts';

export type Referral = typeof referrals.$inferSelect;

/** Invitations are on. */
export const invitesAnybody = ({ sales, prices }: Pick<Unit, 'sales' | 'prices'>): boolean =>
  prices.charged && (sales.referrals.inviter > 0 || sales.referrals.invited > 0);

/** Letters and digits that nobody takes for one another; a code says nothing of whose it is. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const newCode = () => Array.from(randomBytes(10), (byte) => LETTERS[byte % LETTERS.length]).join('');

/** A person's own code, made when it is first asked for. */
export async function referralCode({ tx }: Pick<Unit, 'tx'>, userId: number): Promise<string> {
  await tx.insert(referralCodes).values({ userId, code: newCode() }).onConflictDoNothing();
  const [row] = await tx.select().from(referralCodes).where(eq(referralCodes.userId, userId));
  if (!row) throw new Error('a code that was just made is gone');
  return row.code;
}

/** How many came by this person's link, and for how many both were credited. */
export async function referralCounts(
  tx: Pick<Tx, 'select'>,
  inviterId: number,
): Promise<{ invited: number; credited: number }> {
  const [row] = await tx
    .select({
      invited: count(),
      credited: sql<number>`count(*) filter (where ${referrals.state} = 'credited')`.mapWith(Number),
    })
    .from(referrals)
    .where(eq(referrals.inviterId, inviterId));
  return row ?? { invited: 0, credited: 0 };
}

/** Somebody is new for so long, as long as they have ordered nothing. */
const NEW_MS = 3_600_000;

/** Somebody came by a link. False: it is nobody's, their own, or they are not new. */
export async function bindReferral(
  unit: Unit,
  user: Pick<User, 'id' | 'createdAt'>,
  code: string,
): Promise<boolean> {
  if (!invitesAnybody(unit) || user.id < 0) return false;
  const { tx } = unit;
  const [inviter] = await tx.select().from(referralCodes).where(eq(referralCodes.code, code.toLowerCase()));
  if (!inviter || inviter.userId === user.id) return false;
  if (Date.now() - user.createdAt.getTime() > NEW_MS) return false;
  // Who left and comes back is not new.
  if ((await tx.$count(erasedPeople, eq(erasedPeople.hash, unit.erasedAs(user.id)))) > 0) return false;
  const [ordered] = await tx
    .select({ id: orders.id })
    .from(orders)
    .where(eq(orders.ownerId, user.id))
    .limit(1);
  if (ordered) return false;
  const bound = await tx
    .insert(referrals)
    .values({ invitedId: user.id, inviterId: inviter.userId })
    .onConflictDoNothing()
    .returning({ id: referrals.invitedId });
  return bound.length > 0;
}

/** Why an operator has to look before both are credited. */
export type Doubt = 'mutual' | 'one_payer' | 'mass' | 'daily_limit';

const BATCH = 50;

/**
 * Credits both of every pair whose invited one had a first order that cost credits and ended well; what looks like a ring is
 * left to an operator. Nothing tells of it: it is looked for, so that no crash loses it. Returns how many were decided.
 */
export async function settleReferrals(parts: DeciderParts): Promise<number> {
  const due = await parts.db
    .select({ invitedId: referrals.invitedId })
    .from(referrals)
    .where(and(eq(referrals.state, 'waiting'), exists(paidOrders(parts.db))))
    .orderBy(asc(referrals.createdAt))
    .limit(BATCH);
  for (const { invitedId } of due) await transact(parts, (unit) => settle(unit, invitedId));
  return due.length;
}

/** Orders of the invited one that ended well and took credits, whoever paid. */
const paidOrders = (tx: Pick<Tx, 'select'>) =>
  tx
    .select({ payerId: creditHolds.userId })
    .from(orders)
    .innerJoin(creditHolds, eq(creditHolds.orderId, orders.id))
    .where(
      and(
        eq(orders.ownerId, referrals.invitedId),
        eq(orders.state, 'succeeded'),
        gt(creditHolds.captured, 0),
      ),
    );

async function settle(unit: Unit, invitedId: number): Promise<void> {
  const { tx } = unit;
  const [referral] = await tx
    .select()
    .from(referrals)
    .where(and(eq(referrals.invitedId, invitedId), eq(referrals.state, 'waiting')))
    .for('update', { skipLocked: true });
  if (!referral) return;
  const inviter = await findUser(tx, referral.inviterId);
  const invited = await findUser(tx, invitedId);
  if (inviter?.blockedAt || invited?.blockedAt) return decide(unit, referral, 'rejected');
  // One inviter's are decided one after the other, or each would find the day's limit not reached.
  await lockAccounts(tx, referral);
  const doubt = await doubtOf(unit, referral);
  if (doubt === null) return credit(unit, referral);
  await tx.update(referrals).set({ state: 'doubted', doubt }).where(eq(referrals.invitedId, invitedId));
  const day = new Date().toISOString().slice(0, 10);
  for (const operator of unit.operators)
    await notify(
      unit,
      { userId: operator, chatId: operator },
      `referrals:${referral.inviterId}:${doubt}:${day}:${operator}`,
      { kind: 'referral.doubted', data: { inviterId: referral.inviterId, doubt } },
    );
}

async function lockAccounts(tx: Tx, { inviterId, invitedId }: Referral): Promise<void> {
  for (const id of [inviterId, invitedId].toSorted((a, b) => a - b)) await lockAccount(tx, id);
}

/** So many of one inviter within a day, and hardly one of them does anything: a farm. */
const MASS = { invited: 20, activeShare: 0.25 };

async function doubtOf({ tx, sales }: Unit, { inviterId, invitedId }: Referral): Promise<Doubt | null> {
  const [mutual] = await tx
    .select({ id: referrals.invitedId })
    .from(referrals)
    .where(and(eq(referrals.invitedId, inviterId), eq(referrals.inviterId, invitedId)));
  if (mutual) return 'mutual';

  const siblings = tx
    .select({ id: referrals.invitedId })
    .from(referrals)
    .where(and(eq(referrals.inviterId, inviterId), ne(referrals.invitedId, invitedId)));
  const payers = tx
    .select({ id: creditHolds.userId })
    .from(orders)
    .innerJoin(creditHolds, eq(creditHolds.orderId, orders.id))
    .where(
      and(eq(orders.ownerId, invitedId), ne(creditHolds.userId, invitedId), gt(creditHolds.captured, 0)),
    );
  const [payer] = await tx
    .select({ id: creditHolds.userId })
    .from(creditHolds)
    .innerJoin(orders, eq(orders.id, creditHolds.orderId))
    .where(
      and(
        inArray(creditHolds.userId, payers),
        sql`(${creditHolds.userId} = ${inviterId} or ${inArray(orders.ownerId, siblings)})`,
      ),
    )
    .limit(1);
  if (payer) return 'one_payer';

  const today = and(
    eq(referrals.inviterId, inviterId),
    gt(referrals.createdAt, sql`now() - interval '1 day'`),
  );
  const [mass] = await tx
    .select({ invited: countDistinct(referrals.invitedId), active: countDistinct(orders.ownerId) })
    .from(referrals)
    .leftJoin(orders, eq(orders.ownerId, referrals.invitedId))
    .where(today);
  if (mass && mass.invited >= MASS.invited && mass.active < mass.invited * MASS.activeShare) return 'mass';

  const [credited] = await tx
    .select({ n: count() })
    .from(referrals)
    .where(
      and(
        eq(referrals.inviterId, inviterId),
        eq(referrals.state, 'credited'),
        gt(referrals.decidedAt, sql`now() - interval '1 day'`),
      ),
    );
  return (credited?.n ?? 0) >= sales.referrals.perDay ? 'daily_limit' : null;
}

async function credit(unit: Unit, referral: Referral): Promise<void> {
  const { inviterId, invitedId } = referral;
  const given = { [inviterId]: unit.sales.referrals.inviter, [invitedId]: unit.sales.referrals.invited };
  for (const [id, amount] of Object.entries(given)) {
    const userId = Number(id);
    if (amount === 0) continue;
    const key = `referral:${invitedId}:${userId === inviterId ? 'inviter' : 'invited'}`;
    await postEntry(unit.tx, { userId, amount, reason: 'referral', key });
    await notify(unit, { userId, chatId: userId }, key, {
      kind: 'referral.credited',
      data: { credits: amount, inviter: userId === inviterId },
    });
  }
  await decide(unit, referral, 'credited');
}

async function decide({ tx }: Unit, { invitedId }: Referral, state: 'credited' | 'rejected'): Promise<void> {
  await tx
    .update(referrals)
    .set({ state, decidedAt: sql`now()` })
    .where(eq(referrals.invitedId, invitedId));
}

/** An operator decides what was doubted. False: nothing of this person waits for one. */
export async function decideReferral(
  unit: Unit,
  invitedId: number,
  decision: 'credited' | 'rejected',
): Promise<boolean> {
  const [referral] = await unit.tx
    .select()
    .from(referrals)
    .where(and(eq(referrals.invitedId, invitedId), eq(referrals.state, 'doubted')))
    .for('update');
  if (!referral) return false;
  await lockAccounts(unit.tx, referral);
  await (decision === 'credited' ? credit(unit, referral) : decide(unit, referral, 'rejected'));
  return true;
}

/** What operators look at: those in doubt first, then the newest. */
export function listReferrals(tx: Pick<Tx, 'select'>, limit: number): Promise<Referral[]> {
  return tx
    .select()
    .from(referrals)
    .orderBy(desc(sql`${referrals.state} = 'doubted'`), desc(referrals.createdAt))
    .limit(limit);
}

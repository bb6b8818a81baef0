import type { Share } from '@aisha/config';
import { creditHolds, orders, users } from '@aisha/db';
import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import type { OrderRules, Unit } from '../unit.ts';

const SHARE_REFUSALS = [
  'too_many_under_way',
  'too_many_a_minute',
  'too_many_a_day',
  'too_many_credits_a_day',
] as const;

/** Why somebody has to wait with another order. */
export type ShareRefusal = (typeof SHARE_REFUSALS)[number];

export const isShareRefusal = (reason: string): reason is ShareRefusal =>
  SHARE_REFUSALS.some((one) => one === reason);

interface Counts {
  readonly underWay: number;
  readonly minute: number;
  readonly day: number;
}

/**
 * Whether this person, and this group, may place one more order now, and how many of the person's are before it. Asked in
 * the order's own transaction under the lock of their row, so that two at once cannot both be the last. A group's count
 * may be one too high for each of its members who order in the same moment.
 */
export async function shareOf(
  unit: Unit,
  {
    ownerId,
    chatId,
    share,
  }: { readonly ownerId: number; readonly chatId: number } & {
    readonly share: OrderRules['share'] | undefined;
  },
): Promise<{ readonly refusal: ShareRefusal | null; readonly turn: number }> {
  const { tx, limits, orderKinds } = unit;
  await tx.select({ id: users.id }).from(users).where(eq(users.id, ownerId)).for('no key update');
  const alike = Object.keys(orderKinds).filter(
    (kind) => share !== undefined && orderKinds[kind]?.share === share,
  );
  const mine = eq(orders.ownerId, ownerId);
  const all = await countsOf(unit, mine);
  const refusal =
    exceeded(all, limits.person) ??
    (share && exceeded(await countsOf(unit, and(mine, inArray(orders.kind, alike))), limits[share])) ??
    (chatId < 0
      ? exceeded(
          await countsOf(unit, and(eq(orders.chatId, chatId), sql`${orders.chatId} < 0`)),
          limits.group,
        )
      : null);
  return { refusal: refusal ?? null, turn: all.underWay };
}

/** What a provider failed is not held against whoever ordered it: people try again. */
const counted = sql`(${orders.failure} is null or ${orders.failure} not like 'provider%')`;

async function countsOf({ tx }: Unit, where: ReturnType<typeof and>): Promise<Counts> {
  const [counts] = await tx
    .select({
      // What lives longer than a day is given up by its deadline.
      underWay: sql<number>`count(*) filter (where ${orders.endedAt} is null)`.mapWith(Number),
      minute:
        sql<number>`count(*) filter (where ${counted} and ${orders.createdAt} > now() - interval '1 minute')`.mapWith(
          Number,
        ),
      day: sql<number>`count(*) filter (where ${counted})`.mapWith(Number),
    })
    .from(orders)
    .where(and(where, gt(orders.createdAt, sql`now() - interval '1 day'`)));
  return counts ?? { underWay: 0, minute: 0, day: 0 };
}

function exceeded(counts: Counts, share: Share): ShareRefusal | null {
  if (counts.underWay >= share.underWay) return 'too_many_under_way';
  if (counts.minute >= share.perMinute) return 'too_many_a_minute';
  return counts.day >= share.perDay ? 'too_many_a_day' : null;
}

/**
 * Whether this person, or this group, has set aside as many credits within a day as they may; what came back of them
 * does not count. Asked under the lock of the payer's row.
 */
export async function overDailyCredits(
  { tx, limits }: Unit,
  { payerId, chatId }: { readonly payerId: number; readonly chatId: number },
  price: number,
): Promise<boolean> {
  const taken =
    sql<number>`coalesce(sum(coalesce(${creditHolds.captured}, ${creditHolds.amount})), 0)`.mapWith(Number);
  const today = gt(creditHolds.createdAt, sql`now() - interval '1 day'`);
  const [mine] = await tx
    .select({ taken })
    .from(creditHolds)
    .where(and(eq(creditHolds.userId, payerId), today));
  if ((mine?.taken ?? 0) + price > limits.creditsPerDay.person) return true;
  if (chatId > 0) return false;
  const [ours] = await tx
    .select({ taken })
    .from(creditHolds)
    .innerJoin(orders, eq(orders.id, creditHolds.orderId))
    .where(
      and(
        eq(orders.chatId, chatId),
        sql`${orders.chatId} < 0`,
        gt(orders.createdAt, sql`now() - interval '2 days'`),
        today,
      ),
    );
  return (ours?.taken ?? 0) + price > limits.creditsPerDay.group;
}

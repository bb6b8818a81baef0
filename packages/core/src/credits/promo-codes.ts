import { promoCodes, promoCodeUses, type Tx, users } from '@aisha/db';
import { and, count, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import { lockAccount, postEntry } from './ledger.ts';

/** Codes are compared in capitals and without spaces, so that it does not matter how somebody types one. */
export const asPromoCode = (typed: string): string => typed.replaceAll(/\s/g, '').toUpperCase();

export type Redemption =
  | { readonly credits: number; readonly balance: number }
  /** `top_up`: one that counts when credits are bought. */
  | { readonly refused: 'unknown' | 'not_yet' | 'over' | 'used_up' | 'used' | 'top_up' | 'too_many_tries' };

/**
 * Uses a code for this person: the use and the credits are written in one transaction, or neither is. One person's
 * redemptions take turns; the limit in total is in the update's condition.
 */
export async function redeemPromoCode(
  { tx, limits }: Pick<Unit, 'tx' | 'limits'>,
  userId: number,
  typed: string,
): Promise<Redemption> {
  const code = asPromoCode(typed);
  await lockAccount(tx, userId);
  if ((await wrongCodes(tx, userId)) >= limits.wrongCodesPerHour) return { refused: 'too_many_tries' };
  const [found] = await tx.select().from(promoCodes).where(eq(promoCodes.code, code));
  if (!found) {
    await noteWrongCode(tx, userId);
    return { refused: 'unknown' };
  }
  const now = new Date();
  if (found.disabledAt || (found.endsAt && found.endsAt <= now)) return { refused: 'over' };
  if (found.startsAt && found.startsAt > now) return { refused: 'not_yet' };
  const [mine] = await tx
    .select({ n: count() })
    .from(promoCodeUses)
    .where(and(eq(promoCodeUses.userId, userId), eq(promoCodeUses.code, code)));
  const uses = mine?.n ?? 0;
  if (uses >= found.maxUsesPerUser) return { refused: 'used' };
  if (found.kind !== 'credits') return { refused: 'top_up' };

  const [used] = await tx
    .update(promoCodes)
    .set({ uses: sql`${promoCodes.uses} + 1` })
    .where(
      and(eq(promoCodes.code, code), or(isNull(promoCodes.maxUses), lt(promoCodes.uses, promoCodes.maxUses))),
    )
    .returning();
  if (!used) return { refused: 'used_up' };
  await tx.insert(promoCodeUses).values({ code, userId });
  const entered = await postEntry(tx, {
    userId,
    amount: used.value,
    reason: 'promo_code',
    key: `promo-code:${code}:${userId}:${uses + 1}`,
  });
  if (!entered) throw new Error('a use of a promo code was credited before it was made');
  return { credits: entered.amount, balance: entered.balanceAfter };
}

const thisHour = sql`${users.wrongCodesAt} > now() - interval '1 hour'`;

/** How many codes that do not exist somebody typed within this hour: guessing is not worth the while. */
async function wrongCodes(tx: Pick<Tx, 'select'>, userId: number): Promise<number> {
  const [row] = await tx
    .select({ n: sql<number>`case when ${thisHour} then ${users.wrongCodes} else 0 end`.mapWith(Number) })
    .from(users)
    .where(eq(users.id, userId));
  return row?.n ?? 0;
}

async function noteWrongCode(tx: Pick<Tx, 'update'>, userId: number): Promise<void> {
  await tx
    .update(users)
    .set({
      wrongCodesAt: sql`case when ${thisHour} then ${users.wrongCodesAt} else now() end`,
      wrongCodes: sql`case when ${thisHour} then ${users.wrongCodes} else 0 end + 1`,
    })
    .where(eq(users.id, userId));
}

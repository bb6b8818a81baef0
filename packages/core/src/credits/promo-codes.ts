import { erasedPeople, type PromoCodeKind, promoCodes, promoCodeUses, type Tx, users } from '@aisha/db';
import { and, count, desc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import { lockAccount, postEntry } from './ledger.ts';

/** Codes are compared in capitals and without spaces, so that it does not matter how somebody types one. */
export const asPromoCode = (typed: string): string => typed.replaceAll(/\s/g, '').toUpperCase();

export type Redemption =
  | { readonly credits: number; readonly balance: number }
  /** It waits for the next top-up: more credits, or a lower price, by so many per cent; `pack`: for this one alone. */
  | { readonly waits: 'bonus' | 'discount'; readonly percent: number; readonly pack: string | null }
  | { readonly refused: 'unknown' | 'not_yet' | 'over' | 'used_up' | 'used' | 'too_many_tries' };

/**
 * Uses a code for this person: the use and the credits are written in one transaction, or neither is. One person's
 * redemptions take turns; the limit in total is in the update's condition. A code for the next top-up is used when it is
 * typed, so that who has it cannot lose it to others, and spent by the payment (`payments/`).
 */
export async function redeemPromoCode(
  { tx, limits, erasedAs }: Pick<Unit, 'tx' | 'limits' | 'erasedAs'>,
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
    .select({ n: count(), beforeLeaving: mayHaveUsed(tx, code, erasedAs(userId)) })
    .from(promoCodeUses)
    .where(and(eq(promoCodeUses.userId, userId), eq(promoCodeUses.code, code)));
  const uses = mine?.n ?? 0;
  if (uses >= found.maxUsesPerUser || mine?.beforeLeaving === true) return { refused: 'used' };

  const [used] = await tx
    .update(promoCodes)
    .set({ uses: sql`${promoCodes.uses} + 1` })
    .where(
      and(eq(promoCodes.code, code), or(isNull(promoCodes.maxUses), lt(promoCodes.uses, promoCodes.maxUses))),
    )
    .returning();
  if (!used) return { refused: 'used_up' };
  await tx.insert(promoCodeUses).values({ code, userId });
  if (used.kind !== 'credits') return { waits: used.kind, percent: used.value, pack: used.pack };
  const entered = await postEntry(tx, {
    userId,
    amount: used.value,
    reason: 'promo_code',
    key: `promo-code:${code}:${userId}:${uses + 1}`,
  });
  if (!entered) throw new Error('a use of a promo code was credited before it was made');
  return { credits: entered.amount, balance: entered.balanceAfter };
}

/** Who has left stands there by a number of nobody's; whoever comes back may be the one. */
function mayHaveUsed(tx: Pick<Tx, 'select'>, code: string, hash: string) {
  const left = tx
    .select({ one: sql`1` })
    .from(erasedPeople)
    .where(eq(erasedPeople.hash, hash));
  const nameless = tx
    .select({ one: sql`1` })
    .from(promoCodeUses)
    .where(and(eq(promoCodeUses.code, code), lt(promoCodeUses.userId, -(2 ** 52))));
  return sql<boolean>`exists ${left} and exists ${nameless}`;
}

const thisHour = sql`${users.wrongCodesAt} > now() - interval '1 hour'`;

/** How many codes, or names of people, that do not exist somebody typed within this hour: guessing is not worth the while. */
export async function wrongCodes(tx: Pick<Tx, 'select'>, userId: number): Promise<number> {
  const [row] = await tx
    .select({ n: sql<number>`case when ${thisHour} then ${users.wrongCodes} else 0 end`.mapWith(Number) })
    .from(users)
    .where(eq(users.id, userId));
  return row?.n ?? 0;
}

export async function noteWrongCode(tx: Pick<Tx, 'update'>, userId: number): Promise<void> {
  await tx
    .update(users)
    .set({
      wrongCodesAt: sql`case when ${thisHour} then ${users.wrongCodesAt} else now() end`,
      wrongCodes: sql`case when ${thisHour} then ${users.wrongCodes} else 0 end + 1`,
    })
    .where(eq(users.id, userId));
}

export type PromoCode = typeof promoCodes.$inferSelect;

export interface NewPromoCode {
  readonly code: string;
  readonly kind: PromoCodeKind;
  /** Credits, or per cent: up to 500 more credits, up to 95 off the price. */
  readonly value: number;
  readonly maxUses: number | null;
  readonly maxUsesPerUser: number;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  /** Of a discount: on this pack alone. */
  readonly pack: string | null;
}

const MOST = { credits: 1_000_000, bonus: 500, discount: 95 } as const satisfies Record<
  PromoCodeKind,
  number
>;

/** Makes a code. `wrong`: what is not right about it. */
export async function createPromoCode(
  tx: Pick<Tx, 'insert'>,
  given: NewPromoCode,
): Promise<
  { readonly code: PromoCode } | { readonly wrong: 'code' | 'value' | 'limit' | 'dates' | 'pack' | 'exists' }
> {
  const code = asPromoCode(given.code);
  const isCount = (n: number) => Number.isSafeInteger(n) && n > 0 && n <= 1_000_000_000;
  if (!/^[\p{L}\p{N}_-]{3,40}$/u.test(code)) return { wrong: 'code' };
  if (!isCount(given.value) || given.value > MOST[given.kind]) return { wrong: 'value' };
  if (!isCount(given.maxUsesPerUser) || (given.maxUses !== null && !isCount(given.maxUses)))
    return { wrong: 'limit' };
  if (given.endsAt && given.startsAt && given.endsAt <= given.startsAt) return { wrong: 'dates' };
  if (given.pack !== null && given.kind !== 'discount') return { wrong: 'pack' };
  const [made] = await tx
    .insert(promoCodes)
    .values({ ...given, code })
    .onConflictDoNothing()
    .returning();
  return made ? { code: made } : { wrong: 'exists' };
}

/** The newest first. */
export function listPromoCodes(tx: Pick<Tx, 'select'>, limit: number): Promise<PromoCode[]> {
  return tx.select().from(promoCodes).orderBy(desc(promoCodes.createdAt)).limit(limit);
}

/** Nobody can use it from now on; who has a bonus or a discount by it keeps that. Null: there is none. */
export async function stopPromoCode(tx: Pick<Tx, 'update'>, typed: string): Promise<PromoCode | null> {
  const [stopped] = await tx
    .update(promoCodes)
    .set({ disabledAt: sql`coalesce(${promoCodes.disabledAt}, now())` })
    .where(eq(promoCodes.code, asPromoCode(typed)))
    .returning();
  return stopped ?? null;
}

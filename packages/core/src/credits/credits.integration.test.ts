import { ledgerEntries, promoCodes, promoCodeUses, users } from '@aisha/db';
import { count, eq, gte, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestParts, type TestParts } from '../testing.ts';
import { transact } from '../unit.ts';
import { auditBooks } from '../orders/audit.ts';
import { balanceOf, ledgerPage, postEntry } from './ledger.ts';
import {
  createPromoCode,
  listPromoCodes,
  type Redemption,
  redeemPromoCode,
  stopPromoCode,
} from './promo-codes.ts';

let bench: TestParts;
let me: number;
beforeAll(async () => {
  bench = await startTestParts();
});
afterAll(() => bench.close());
beforeEach(async () => {
  me = await bench.person();
});

const give = (amount: number, key: string, userId = me) =>
  bench.parts.db.transaction((tx) => postEntry(tx, { userId, amount, reason: 'promo_code', key }));

describe('the ledger', () => {
  test('is empty for somebody new', async () => {
    expect(await balanceOf(bench.parts.db, me)).toBe(0);
    expect(await ledgerPage(bench.parts.db, me, 3)).toEqual({ balance: 0, entries: [], page: 0, pages: 0 });
  });

  test('adds up what twenty transactions enter at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => give(n + 1, `${me}:many:${n}`)));
    expect(await balanceOf(bench.parts.db, me)).toBe(210);
    expect(await auditBooks(bench.parts.db)).toEqual([]);
    const first = await ledgerPage(bench.parts.db, me, 0);
    expect(first).toMatchObject({ balance: 210, page: 0, pages: 2 });
    expect(first.entries[0]?.balanceAfter).toBe(210);
    const last = await ledgerPage(bench.parts.db, me, 99);
    expect(last.page).toBe(1);
    expect(last.entries.at(-1)).toMatchObject({ balanceAfter: last.entries.at(-1)?.amount });
  });

  test('enters the same thing once, however often it is tried at once', async () => {
    const entered = await Promise.all(Array.from({ length: 5 }, () => give(7, `${me}:once`)));
    expect(entered.filter((entry) => entry !== null)).toHaveLength(1);
    expect(await balanceOf(bench.parts.db, me)).toBe(7);
  });

  test('refuses what would leave less than nothing, and nothing at all', async () => {
    await give(5, `${me}:five`);
    const refusedBy = (constraint: string) => ({ cause: { constraint } });
    await expect(give(-6, `${me}:six`)).rejects.toMatchObject(refusedBy('ledger_entries_balance'));
    await expect(give(0, `${me}:nought`)).rejects.toMatchObject(refusedBy('ledger_entries_amount'));
    await give(-5, `${me}:all`);
    expect(await balanceOf(bench.parts.db, me)).toBe(0);
  });

  test('that somebody changed by hand is noticed', async () => {
    const { db } = bench.parts;
    await give(5, `${me}:a`);
    const second = await give(5, `${me}:b`);
    await give(5, `${me}:c`);
    await db
      .update(ledgerEntries)
      .set({ amount: 6 })
      .where(eq(ledgerEntries.id, second?.id ?? 0));
    expect(await auditBooks(db)).toEqual([
      expect.objectContaining({ wrong: expect.stringContaining('add up'), userId: me, found: 10, due: 11 }),
    ]);
    await db.delete(ledgerEntries).where(eq(ledgerEntries.userId, me));
  });
});

describe('a promo code', () => {
  let n = 0;
  async function promoCode(given: Partial<typeof promoCodes.$inferInsert> = {}): Promise<string> {
    n += 1;
    const code = `CODE${n}`;
    await bench.parts.db.insert(promoCodes).values({ code, kind: 'credits', value: 50, ...given });
    return code;
  }
  const redeem = (code: string, userId = me) =>
    transact(bench.parts, (unit) => redeemPromoCode(unit, userId, code));
  const usesOf = async (code: string) => {
    const [row] = await bench.parts.db.select().from(promoCodes).where(eq(promoCodes.code, code));
    const [kept] = await bench.parts.db
      .select({ n: count() })
      .from(promoCodeUses)
      .where(eq(promoCodeUses.code, code));
    expect(row?.uses).toBe(kept?.n);
    return row?.uses;
  };

  test('is taken however it is typed, once', async () => {
    const code = await promoCode();
    expect(await redeem(` ${code.toLowerCase()}\n`)).toEqual({ credits: 50, balance: 50 });
    expect(await redeem(code)).toEqual({ refused: 'used' });
    expect(await usesOf(code)).toBe(1);
  });

  test('pressed five times at once counts once', async () => {
    const code = await promoCode();
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => redeem(code)));
    expect(outcomes.filter((outcome) => 'credits' in outcome)).toHaveLength(1);
    expect(await balanceOf(bench.parts.db, me)).toBe(50);
    expect(await usesOf(code)).toBe(1);
  });

  test('for three people is not used by a fourth, even at the same moment', async () => {
    const code = await promoCode({ maxUses: 3 });
    const people = await Promise.all(Array.from({ length: 8 }, () => bench.person()));
    const outcomes = await Promise.all(people.map((id) => redeem(code, id)));
    expect(outcomes.filter((outcome) => 'credits' in outcome)).toHaveLength(3);
    expect(outcomes.filter((outcome) => 'refused' in outcome && outcome.refused === 'used_up')).toHaveLength(
      5,
    );
    expect(await usesOf(code)).toBe(3);
  });

  test('of a hundred uses is taken a hundred times by a thousand people at once', async () => {
    const code = await promoCode({ maxUses: 100 });
    const ids = Array.from({ length: 1_000 }, (_, i) => 5_000_000_000 + i);
    await bench.parts.db.insert(users).values(ids.map((id) => ({ id })));
    const waiting = ids.values();
    const outcomes: Redemption[] = [];
    // As many as there are connections: who waits for one of them in vain would say nothing of the code.
    const takers = Array.from({ length: 16 }, async () => {
      for (const id of waiting) outcomes.push(await redeem(code, id));
    });
    await Promise.all(takers);
    expect(outcomes.filter((outcome) => 'credits' in outcome)).toHaveLength(100);
    expect(outcomes.filter((outcome) => 'refused' in outcome && outcome.refused === 'used_up')).toHaveLength(
      900,
    );
    expect(await usesOf(code)).toBe(100);
    const [sum] = await bench.parts.db
      .select({ n: sql<number>`sum(amount)`.mapWith(Number) })
      .from(ledgerEntries)
      .where(gte(ledgerEntries.userId, 5_000_000_000));
    expect(sum?.n).toBe(100 * 50);
  }, 60_000);

  test.each(['bonus', 'discount'] as const)(
    'for a top-up (%s) is used when it is typed, and waits',
    async (kind) => {
      const code = await promoCode({ kind, value: 20, maxUses: 1 });
      expect(await redeem(code)).toEqual({ waits: kind, percent: 20, pack: null });
      expect(await redeem(code, await bench.person())).toEqual({ refused: 'used_up' });
      expect(await balanceOf(bench.parts.db, me)).toBe(0);
    },
  );

  test('is made with limits that make sense, listed and stopped', async () => {
    const { db } = bench.parts;
    const right = {
      code: ' spring-26 ',
      kind: 'discount',
      value: 25,
      maxUses: null,
      maxUsesPerUser: 1,
      startsAt: null,
      endsAt: null,
      pack: 'small',
    } as const;
    expect(await createPromoCode(db, right)).toMatchObject({ code: { code: 'SPRING-26', uses: 0 } });
    expect(await createPromoCode(db, right)).toEqual({ wrong: 'exists' });
    const now = new Date();
    for (const [wrong, change] of [
      ['code', { code: 'a b' }],
      ['value', { value: 96 }],
      ['value', { value: 0 }],
      ['limit', { maxUses: 0 }],
      ['dates', { startsAt: now, endsAt: now }],
      ['pack', { kind: 'bonus' }],
    ] as const)
      expect(await createPromoCode(db, { ...right, ...change })).toEqual({ wrong });
    expect((await listPromoCodes(db, 500)).map(({ code }) => code)).toContain('SPRING-26');
    expect(await stopPromoCode(db, 'spring-26')).toMatchObject({ disabledAt: expect.any(Date) });
    expect(await stopPromoCode(db, 'nobody made this')).toBeNull();
    expect(await redeem('spring-26')).toEqual({ refused: 'over' });
  });

  test('may be for more than one use each', async () => {
    const code = await promoCode({ maxUsesPerUser: 2 });
    expect(await redeem(code)).toEqual({ credits: 50, balance: 50 });
    expect(await redeem(code)).toEqual({ credits: 50, balance: 100 });
    expect(await redeem(code)).toEqual({ refused: 'used' });
  });

  test.each([
    ['not_yet', { startsAt: new Date(Date.now() + 60_000) }],
    ['over', { endsAt: new Date(Date.now() - 1_000) }],
    ['over', { disabledAt: new Date() }],
    ['used_up', { maxUses: 0 }],
  ] as const)('is refused: %s', async (refused, given) => {
    const code = await promoCode(given);
    expect(await redeem(code)).toEqual({ refused });
    expect(await usesOf(code)).toBe(0);
    expect(await balanceOf(bench.parts.db, me)).toBe(0);
  });

  test('that nobody made is unknown', async () => {
    expect(await redeem('nobody made this')).toEqual({ refused: 'unknown' });
    expect(await redeem("' or 1=1 --")).toEqual({ refused: 'unknown' });
  });

  test('whose credits cannot be entered is not used up', async () => {
    const code = await promoCode();
    await bench.parts.db.execute(
      sql`insert into ledger_entries (user_id, amount, balance_after, reason, key)
          values (${me}, 1, 1, 'promo_code', ${`promo-code:${code}:${me}:1`})`,
    );
    await expect(redeem(code)).rejects.toThrow('credited before');
    expect(await usesOf(code)).toBe(0);
  });
});

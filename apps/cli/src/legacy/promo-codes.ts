import { asPromoCode } from '@aisha/core';
import { promoCodes, promoCodeUses, type PromoCodeKind, type Tx } from '@aisha/db';
import type { Found } from './mapping.ts';
import type { People, Target } from './people.ts';
import type { Row, Source } from './source.ts';
import { Tally } from './tally.ts';
import { date, flag, MOST_CREDITS, number, text, wholeCredits } from './values.ts';

type NewPromoCode = typeof promoCodes.$inferInsert;

/** By what rows of uses call them, which is an id or the code itself; `fresh` ones came with this import. */
type Known = Map<string, { readonly code: string; readonly fresh: boolean }>;

/**
 * Promo codes with their limits, how often they have been used, and by whom: nobody uses one again. A code that is here
 * already stays as it is. Uses have no identity of their own, so they come together with their code or not at all.
 */
export function importPromoCodes(
  target: Target,
  source: Source,
  { codes, uses }: { codes: Found; uses: Found | null },
  people: People,
): Promise<Tally[]> {
  return target.transaction(async (tx) => {
    const known: Known = new Map();
    const tallies = [await importCodes(tx, source, codes, known)];
    if (uses) tallies.push(await importUses(tx, source, uses, people, known));
    return tallies;
  });
}

async function importCodes(tx: Tx, source: Source, found: Found, known: Known): Promise<Tally> {
  const tally = new Tally('promo codes');
  for await (const rows of source.rows(found))
    for (const row of rows) {
      tally.read += 1;
      const promoCode = read(row);
      if (typeof promoCode === 'string') {
        tally.leaveOut(promoCode);
        continue;
      }
      const { code } = promoCode;
      const [added] = await tx
        .insert(promoCodes)
        .values(promoCode)
        .onConflictDoNothing()
        .returning({ code: promoCodes.code });
      if (added) tally.added += 1;
      else tally.there += 1;
      for (const name of [text(row['id']), text(row['code'])])
        if (name !== null) known.set(name, { code, fresh: added !== undefined });
    }
  return tally;
}

async function importUses(
  tx: Tx,
  source: Source,
  found: Found,
  people: People,
  known: Known,
): Promise<Tally> {
  const tally = new Tally('promo code uses');
  for await (const rows of source.rows(found)) {
    const values: (typeof promoCodeUses.$inferInsert)[] = [];
    for (const row of rows) {
      tally.read += 1;
      const userId = people.ownerOf(found.columns['userId'], row['userId']);
      const promoCode = known.get(text(row['promoCodeId']) ?? '');
      if (userId === null) tally.leaveOut('of nobody who was imported');
      else if (!promoCode) tally.leaveOut('of no promo code that was imported');
      else if (!promoCode.fresh) tally.there += 1;
      else values.push({ code: promoCode.code, userId, usedAt: date(row['usedAt']) ?? new Date() });
    }
    if (values.length === 0) continue;
    await tx.insert(promoCodeUses).values(values);
    tally.added += values.length;
  }
  return tally;
}

/** A row as ours, or why it is left out. */
function read(row: Row): NewPromoCode | string {
  const code = asPromoCode(text(row['code']) ?? '');
  if (code === '') return 'no code';
  const worth = worthOf(row);
  if (!worth) return 'worth nothing that is understood';
  const maxUses = times(row['maxUses']);
  return {
    code,
    ...worth,
    uses: times(row['uses']),
    // Nought and less were their way to say "no limit".
    maxUses: maxUses === 0 ? null : maxUses,
    maxUsesPerUser: Math.max(1, times(row['maxUsesPerUser'])),
    startsAt: date(row['startsAt']),
    endsAt: date(row['endsAt']),
    disabledAt:
      row['active'] === undefined || row['active'] === null || flag(row['active']) ? null : new Date(),
    createdAt: date(row['createdAt']) ?? new Date(),
  };
}

/** How often: a whole number that the column holds. */
function times(value: unknown): number {
  return Math.min(Math.max(0, Math.trunc(number(value) ?? 0)), 2_147_483_647);
}

/** What a code gives: its own column for it, or one column for all with a word that says which. */
function worthOf(row: Row): { kind: PromoCodeKind; value: number } | null {
  const said = text(row['kind'])?.toLowerCase() ?? '';
  const single = number(row['credits']);
  const kind = /disc|скид|^perc/.test(said)
    ? 'discount'
    : /bonus.*perc|perc.*bonus|top.?up|deposit|пополн/.test(said)
      ? 'bonus'
      : null;
  if (kind !== null) return perCent(kind, number(row[kind]) ?? single);
  if (single !== null && single > 0)
    return single > MOST_CREDITS ? null : { kind: 'credits', value: wholeCredits(single) };
  return perCent('bonus', number(row['bonus'])) ?? perCent('discount', number(row['discount']));
}

function perCent(kind: PromoCodeKind, value: number | null): { kind: PromoCodeKind; value: number } | null {
  const whole = Math.round(value ?? 0);
  return whole < 1 || whole > (kind === 'discount' ? 100 : 1_000) ? null : { kind, value: whole };
}

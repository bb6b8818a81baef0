import { createPromoCode, type NewPromoCode, type PromoCode, stopPromoCode } from '../credits/promo-codes.ts';
import type { Unit } from '../unit.ts';
import { noteAction, type Operator } from './audit.ts';

/** Makes a promo code, and writes down who did. */
export async function createPromoCodeBy(
  unit: Pick<Unit, 'tx'>,
  by: Operator,
  wanted: NewPromoCode,
): ReturnType<typeof createPromoCode> {
  const made = await createPromoCode(unit.tx, wanted);
  if ('code' in made) {
    const { code, kind, value, maxUses } = made.code;
    await noteAction(unit, by, { action: 'promo.create', about: { code, kind, value, maxUses } });
  }
  return made;
}

/** Nobody can use it from now on. Null: there is none. */
export async function stopPromoCodeBy(
  unit: Pick<Unit, 'tx'>,
  by: Operator,
  typed: string,
): Promise<PromoCode | null> {
  const stopped = await stopPromoCode(unit.tx, typed);
  if (stopped) await noteAction(unit, by, { action: 'promo.stop', about: { code: stopped.code } });
  return stopped;
}

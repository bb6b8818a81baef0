import { alarmAboutMoney } from '../notifications/notifications.ts';
import type { WorkerParts } from '../parts.ts';
import { transact } from '../unit.ts';
import { spentToday } from '../spending/spending.ts';

/** Of the cap: what operators still have time to do something about. */
const NEAR = 0.8;

/** Tells the operators when most, and when all, of what the service may spend in a day is spent, and all that newcomers may: once for each cap. */
export async function watchSpending(parts: WorkerParts): Promise<void> {
  const { usd, newcomersUsd, raisedUsd, day } = await spentToday(parts.db);
  const cap = parts.config.spending.capUsdPerDay + raisedUsd;
  const share = cap * parts.config.spending.shares.newcomers;
  if (newcomersUsd >= share && usd < cap)
    await transact(parts, (unit) =>
      alarmAboutMoney(unit, `cap_newcomers:${day}:${share}`, {
        about: 'cap_newcomers',
        usd: newcomersUsd,
        cap: share,
      }),
    );
  if (usd < cap * NEAR) return;
  const about = usd < cap ? 'cap_near' : 'cap_reached';
  await transact(parts, (unit) => alarmAboutMoney(unit, `${about}:${day}:${cap}`, { about, usd, cap }));
}

/**
 * Tells the operators that the account at FAL is about to end, once a day. FAL tells its balance only to a key with the
 * ADMIN scope; with another one it is the breaker that hears of it. OpenAI tells no balance at all.
 */
export async function watchBalance(parts: WorkerParts, signal: AbortSignal): Promise<void> {
  const { balanceAlarmUsd, testMode } = parts.config.fal;
  if (testMode) return;
  const balance = await parts.fal.balance({ signal });
  if (balance.kind !== 'ok' || balance.usd > balanceAlarmUsd) return;
  const day = new Date().toISOString().slice(0, 10);
  const data = { about: 'balance_low', provider: 'FAL', usd: balance.usd } as const;
  await transact(parts, (unit) => alarmAboutMoney(unit, `balance_low:fal:${day}`, data));
}

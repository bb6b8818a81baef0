import type { LedgerEntry } from '@aisha/core';
import type { Screen } from '../chat/screen.ts';
import type { TextKey } from '../texts/index.ts';
import type { Turn } from '../chat/turn.ts';
import { pageButtons } from '../chat/pages.ts';

/** What the account holds and one page of how it came to that. */
export function balanceScreen(
  turn: Turn,
  {
    balance,
    entries,
    page,
    pages,
  }: { balance: number; entries: readonly LedgerEntry[]; page: number; pages: number },
  greeting = '',
): Screen {
  const lines = entries.map((entry) =>
    turn.t('balance.entry', {
      date: turn.date(entry.createdAt),
      amount: entry.amount > 0 ? `+${entry.amount}` : `−${-entry.amount}`,
      reason: turn.label(`ledger.${entry.reason}`),
      balance: entry.balanceAfter,
    }),
  );
  const history = lines.length === 0 ? '' : `\n\n${lines.join('\n')}`;
  return {
    text: `${greeting}${turn.t('balance.title', { count: balance })}\n${turn.t('balance.free')}${history}`,
    buttons: [
      pageButtons(turn, 'balance', page, pages),
      [
        { text: turn.label('balance.promo'), data: 'promo' },
        { text: turn.label('button.menu'), data: 'menu' },
      ],
    ],
  };
}

/** Asks for a promo code, or says why the last one was not taken and asks again. */
export function promoCodeScreen(turn: Turn, key: TextKey): Screen {
  return { text: turn.t(key), buttons: [[{ text: turn.label('button.cancel'), data: 'balance' }]] };
}

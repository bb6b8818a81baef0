import type { LedgerEntry } from '@aisha/core';
import { button } from '../buttons.ts';
import { pageButtons } from '../chat/pages.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';
import type { TextKey } from '../texts/index.ts';

/** What the account holds and one page of how it came to that. */
export function balanceScreen(
  voice: Voice,
  {
    balance,
    entries,
    page,
    pages,
  }: { balance: number; entries: readonly LedgerEntry[]; page: number; pages: number },
  greeting = '',
): Screen {
  const lines = entries.map((entry) =>
    voice.t('balance.entry', {
      date: voice.date(entry.createdAt),
      amount: entry.amount > 0 ? `+${entry.amount}` : `−${-entry.amount}`,
      reason: voice.label(`ledger.${entry.reason}`),
      balance: entry.balanceAfter,
    }),
  );
  const history = lines.length === 0 ? '' : `\n\n${lines.join('\n')}`;
  return {
    text: `${greeting}${voice.t('balance.title', { count: balance })}\n${voice.t('balance.free')}${history}`,
    buttons: [
      pageButtons(voice, page, pages, (text, to) => button(text, 'balance', to)),
      [button(voice.label('balance.topup'), 'topup'), button(voice.label('balance.promo'), 'promo')],
      [menuButton(voice)],
    ],
  };
}

/** Asks for a promo code, or says why the last one was not taken and asks again. */
export function promoCodeScreen(voice: Voice, key: TextKey): Screen {
  return { text: voice.t(key), buttons: [[button(voice.label('button.cancel'), 'balance')]] };
}

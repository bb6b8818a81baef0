import { type Account, isOrderKind, type LedgerPage, PRESETS } from '@aisha/core';
import { button } from '../buttons.ts';
import { pageButtons } from '../chat/pages.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';
import type { TextKey } from '../texts/index.ts';

/** What the account holds and one page of how it came to that. */
export function balanceScreen(
  voice: Voice,
  { available, held }: Account,
  { entries, page, pages }: LedgerPage,
  greeting = '',
): Screen {
  const past = entries.map((entry) =>
    voice.t('balance.entry', {
      date: voice.date(entry.createdAt),
      amount: entry.amount > 0 ? `+${entry.amount}` : `−${-entry.amount}`,
      reason: reasonOf(voice, entry),
      balance: entry.balanceAfter,
    }),
  );
  const history = past.length === 0 ? '' : `\n\n${past.join('\n')}`;
  const lines = [
    voice.t('balance.title', { count: available }),
    held > 0 ? voice.t('balance.held', { held: voice.credits(held) }) : '',
    voice.settings.prices.charged ? priceLines(voice).join('\n') : voice.t('balance.free'),
  ];
  return {
    text: `${greeting}${lines.filter(Boolean).join('\n')}${history}`,
    buttons: [
      pageButtons(voice, page, pages, (text, to) => button(text, 'balance', to)),
      [button(voice.label('balance.topup'), 'topup'), button(voice.label('balance.promo'), 'promo')],
      [menuButton(voice)],
    ],
  };
}

/** What an entry is for; of an order, what was ordered. */
function reasonOf(voice: Voice, { reason, orderKind }: LedgerPage['entries'][number]): string {
  if (reason === 'order' && orderKind !== null && isOrderKind(orderKind))
    return voice.label(voice.shown({ kind: orderKind }).title);
  return voice.label(`ledger.${reason}`);
}

/** The whole list of prices. */
function priceLines(voice: Voice): string[] {
  const { prices } = voice.settings;
  const trainings = PRESETS.map((preset) => voice.price('training', { preset }));
  const [least, most] = [Math.min(...trainings), Math.max(...trainings)];
  const minute = voice.credits(prices.transcriptionMinute);
  const free = voice.duration(prices.freeSeconds * 1_000);
  return [
    '',
    voice.t('prices.title'),
    voice.t('prices.training', {
      price: least === most ? voice.credits(most) : `${least}–${voice.credits(most)}`,
    }),
    voice.t('prices.image', { price: voice.credits(prices.image) }),
    voice.t(prices.freeSeconds > 0 ? 'prices.minute' : 'prices.minute.none_free', { price: minute, free }),
    voice.t('prices.document', { price: voice.credits(prices.document) }),
  ];
}

/** Asks for a promo code, or says why the last one was not taken and asks again. */
export function promoCodeScreen(voice: Voice, key: TextKey): Screen {
  return { text: voice.t(key), buttons: [[button(voice.label('button.cancel'), 'balance')]] };
}

import {
  type Account,
  isOrderKind,
  type LedgerPage,
  PRESETS,
  type Subscription,
  type WaitingCode,
} from '@aisha/core';
import { button } from '../buttons.ts';
import { pageButtons } from '../chat/pages.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';
import type { TextKey } from '../texts/index.ts';

/** What a person has, and can do about it. */
export interface Shown {
  readonly account: Account;
  readonly history: LedgerPage;
  readonly subscription: Subscription | null;
  /** Promo codes that wait for the next top-up. */
  readonly waiting: readonly WaitingCode[];
  readonly invites: boolean;
  readonly subscribes: boolean;
  /** That they pay for. */
  readonly groups: readonly { readonly chatId: number; readonly title: string }[];
}

/** More are stopped one after the other. */
const MOST_GROUPS = 5;

/** What the account holds and one page of how it came to that. */
export function balanceScreen(voice: Voice, shown: Shown, greeting = ''): Screen {
  const { account, subscription } = shown;
  const { page, pages } = shown.history;
  const past = entryLines(voice, shown.history);
  const history = past.length === 0 ? '' : `\n\n${past.join('\n')}`;
  const { charged } = voice.settings.prices;
  const lines = [
    voice.t('balance.title', { count: account.available }),
    account.held > 0 ? voice.t('balance.held', { held: voice.credits(account.held) }) : '',
    subscription
      ? voice.t(`balance.subscription.${subscription.state}`, { until: voice.date(subscription.until) })
      : '',
    ...shown.waiting.map(({ kind, percent }) => voice.t(`balance.waiting.${kind}`, { percent })),
    ...shown.groups.map(({ title }) => voice.t('balance.group', { title })),
    charged ? priceLines(voice).join('\n') : voice.t('balance.free'),
  ];
  const topUp = button(voice.label('balance.topup'), 'topup');
  const subscribe = button(voice.label('balance.subscription'), 'subscription');
  return {
    text: `${greeting}${lines.filter(Boolean).join('\n')}${history}`,
    buttons: [
      pageButtons(voice, page, pages, (text, to) => button(text, 'balance', to)),
      charged ? [topUp, ...(shown.subscribes || subscription ? [subscribe] : [])] : [],
      [
        button(voice.label('balance.promo'), 'promo'),
        ...(shown.invites ? [button(voice.label('balance.invite'), 'invite')] : []),
      ],
      ...shown.groups
        .slice(0, MOST_GROUPS)
        .map(({ chatId, title }) => [
          button(voice.label('group.pay.stop', { title }), 'group.pay.stop', chatId),
        ]),
      [button(voice.label('balance.support'), 'paysupport'), menuButton(voice)],
    ],
  };
}

/** How an account came to what it holds, an entry a line. */
export function entryLines(voice: Voice, { entries }: Pick<LedgerPage, 'entries'>): string[] {
  return entries.map((entry) =>
    voice.t('balance.entry', {
      date: voice.date(entry.createdAt),
      amount: entry.amount > 0 ? `+${entry.amount}` : `−${-entry.amount}`,
      reason: reasonOf(voice, entry),
      balance: entry.balanceAfter,
    }),
  );
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
  const free = voice.freeTime();
  return [
    '',
    voice.t('prices.title'),
    voice.t('prices.training', {
      price: least === most ? voice.credits(most) : `${least}–${voice.credits(most)}`,
    }),
    voice.t('prices.image', { price: voice.credits(prices.image) }),
    voice.t('prices.pictures', {
      best: prices.imageBest,
      edit: prices.edit,
      upscale: prices.upscale,
      video: voice.credits(prices.video),
    }),
    voice.t(prices.freeSeconds > 0 ? 'prices.minute' : 'prices.minute.none_free', { price: minute, free }),
    voice.t('prices.document', { price: voice.credits(prices.document) }),
    voice.t('prices.question', { price: voice.credits(prices.question) }),
  ];
}

/** Asks for a promo code, or says why the last one was not taken and asks again. */
export function promoCodeScreen(voice: Voice, key: TextKey): Screen {
  return { text: voice.t(key), buttons: [[button(voice.label('button.cancel'), 'balance')]] };
}

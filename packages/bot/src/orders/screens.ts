import type { Progress } from '@aisha/db';
import {
  asOrderKind,
  creditsFor,
  isWorthAnotherTry,
  type Order,
  orderKinds,
  type OrderRefusal,
} from '@aisha/core';
import { button } from '../buttons.ts';
import { escapeHtml } from '@aisha/providers';
import type { Button } from '../chat/button.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';

const BAR_LENGTH = 10;

function bar(done: number, total: number): string {
  const filled = Math.round((Math.min(done, total) / total) * BAR_LENGTH);
  return `${'▓'.repeat(filled)}${'░'.repeat(BAR_LENGTH - filled)} ${Math.floor((done / total) * 100)}%`;
}

const titleOf = (voice: Voice, order: Pick<Order, 'kind'>) => `<b>${voice.t(voice.shown(order).title)}</b>`;

type Agreed = Pick<Order, 'unitPrice' | 'units' | 'delivered' | 'payerId'>;

const creditsOf = ({ unitPrice }: Pick<Agreed, 'unitPrice'>, units: number | null): number =>
  creditsFor({ each: unitPrice ?? 0, units: units ?? 0 });

/** What an order that has ended was charged and what came back, one line; none while all is free. */
export function chargedLine(voice: Voice, order: Agreed): string {
  const charged = creditsOf(order, order.delivered);
  const back = creditsOf(order, order.units) - charged;
  if (order.units === null) return voice.settings.prices.charged ? voice.t('charged.free') : '';
  if (charged === 0) return voice.t('charged.nothing');
  const amounts = { charged: voice.credits(charged), back: voice.credits(back) };
  const line = voice.t(back > 0 ? 'charged.part' : 'charged.all', amounts);
  return order.payerId === null ? line : `${line} ${voice.t('charged.payer')}`;
}

/** The status message of an order, from the first word to the last. */
export function statusScreen(
  voice: Voice,
  order: Pick<Order, 'id' | 'kind' | 'state' | 'progress' | 'failure' | 'input'> & Agreed,
  live: string | null = null,
): Screen {
  const title = titleOf(voice, order);
  switch (order.state) {
    case 'succeeded':
      return {
        text: [title, voice.t('order.succeeded'), chargedLine(voice, order)].filter(Boolean).join('\n'),
      };
    case 'cancelled':
      return {
        text: `${title}\n${voice.t('order.cancelled')}${order.units === null ? '' : ` ${voice.t('charged.nothing')}`}`,
      };
    case 'failed':
      return { text: `${title}\n${voice.t('order.failed')}` };
    case 'quoted':
      return quoteScreen(voice, order, title);
    case 'queued':
    case 'running':
      return {
        text: [
          title,
          ...progressLines(voice, order),
          voice.settings.testMode ? voice.t('test.banner') : '',
          live === null ? '' : `\n${escapeHtml(live)}`,
        ]
          .filter(Boolean)
          .join('\n'),
        buttons: [
          [button(voice.label(live === null ? 'button.cancel' : 'order.stop'), 'order.cancel', order.id)],
        ],
      };
    default:
      return order.state satisfies never;
  }
}

/** What an order costs, and whether it is to begin. */
function quoteScreen(
  voice: Voice,
  order: Pick<Order, 'id' | 'kind' | 'input'> & Agreed,
  title: string,
): Screen {
  const price = creditsOf(order, order.units);
  const lines = voice.shown(order).quote?.(voice, order) ?? [];
  return {
    text: [
      title,
      ...lines,
      voice.t('quote.price', { price: voice.credits(price) }),
      order.payerId === null ? '' : voice.t('quote.payer'),
    ]
      .filter(Boolean)
      .join('\n'),
    buttons: [
      [button(voice.priced(voice.label('quote.accept'), price), 'order.accept', order.id)],
      ...(voice.shown(order).quoteButtons?.(voice, order) ?? []),
      [button(voice.label('button.cancel'), 'order.cancel', order.id)],
    ],
  };
}

function progressLines(voice: Voice, order: Pick<Order, 'kind' | 'progress'>): string[] {
  const { stage, done, total, position, until }: Progress = order.progress ?? { stage: 'queued' };
  const name = voice.t(`stage.${stage}`, until === undefined ? {} : { until: voice.date(new Date(until)) });
  if (position !== undefined) return [`${name}, ${voice.t('stage.position', { position })}`];
  if (done === undefined || total === undefined) return [name];
  const unit = orderKinds[asOrderKind(order.kind)].progressUnit;
  return [
    `${name}${unit === 'none' ? '' : `: ${voice.t(`stage.${unit}`, { done, total })}`}`,
    bar(done, total),
  ];
}

/** Once more, at what it costs now. */
function againButton(voice: Voice, order: Order): Button {
  const price = voice.price(asOrderKind(order.kind), order.input);
  return button(voice.priced(voice.label('order.again'), price), 'order.again', order.id, price);
}

/** Why an order has failed, and what can be done now. */
export function failureScreen(voice: Voice, order: Order): Screen {
  const why = `${voice.t(`failure.${order.failure ?? 'internal'}`)}\n${voice.t('charged.nothing')}`;
  return {
    text: `${titleOf(voice, order)}\n${voice.t('order.failed')}\n\n${why}`,
    buttons: [
      ...(voice.shown(order).afterFailure?.(voice, order) ??
        (isWorthAnotherTry(order) ? [[againButton(voice, order)]] : [])),
      [menuButton(voice)],
    ],
  };
}

/** Nothing new begins for now; `note`: what operators say beside that. */
export const maintenanceScreen = (voice: Voice, note: string | null): Screen => ({
  text: [voice.t('maintenance.text'), note === null ? '' : escapeHtml(note)].filter(Boolean).join('\n\n'),
  buttons: [[button(voice.label('menu.balance'), 'balance'), menuButton(voice)]],
});

/** Why nothing was ordered, and what can be done about it. */
export function refusalScreen(
  voice: Voice,
  {
    reason,
    price = 0,
    missing = 0,
    note = null,
  }: { reason: OrderRefusal; price?: number; missing?: number; note?: string | null },
): Screen {
  switch (reason) {
    case 'credits':
      return {
        text: voice.t('refusal.credits', { price: voice.credits(price), missing: voice.credits(missing) }),
        buttons: [
          [button(voice.label('refusal.top_up'), 'balance'), button(voice.label('balance.promo'), 'promo')],
        ],
      };
    case 'maintenance':
      return maintenanceScreen(voice, note);
    case 'payer':
      return { text: voice.t('refusal.payer', { price: voice.credits(price) }) };
    case 'too_many_under_way':
    case 'too_many_a_minute':
    case 'too_many_a_day':
    case 'too_many_credits_a_day':
      return { text: voice.t(`limit.${reason}`) };
    default:
      return reason satisfies never;
  }
}

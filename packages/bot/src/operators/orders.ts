import {
  creditsFor,
  failedOrders,
  findOrder,
  type Order,
  ordersPage,
  refundOrder,
  retryOrder,
} from '@aisha/core';
import type { Composer, Context } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { rows } from '../chat/button.ts';
import { IDLE } from '../chat/dialogue.ts';
import { pageButtons } from '../chat/pages.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { refundingOrder } from './dialogue.ts';
import { onOperatorText } from './route.ts';
import { boardButton, personButton } from './screens.ts';
import { howItIs, kindWord } from './words.ts';

/** Lines with a number each, and a button for each number. */
function listed(voice: Voice, orders: readonly Order[]) {
  return {
    lines: orders.map((one, at) =>
      voice.t('admin.order.line', {
        n: at + 1,
        kind: kindWord(voice, one),
        state: howItIs(voice, one),
        date: voice.date(one.createdAt),
      }),
    ),
    buttons: rows(
      orders.map((one, at) => button(String(at + 1), 'admin.order', one.id)),
      6,
    ),
  };
}

const creditsOf = ({ unitPrice }: Order, units: number | null) =>
  creditsFor({ each: unitPrice ?? 0, units: units ?? 0 });

/** How an order is and what it costs, nothing of what was asked for in it. */
function orderScreen(voice: Voice, order: Order): Screen {
  const charged = creditsOf(order, order.delivered);
  return {
    text: [
      voice.t('admin.order', {
        kind: kindWord(voice, order),
        state: howItIs(voice, order),
        order: order.id,
        date: voice.date(order.createdAt),
        user: order.ownerId,
        price: voice.credits(creditsOf(order, order.units)),
        charged: voice.credits(charged),
      }),
      order.retriedBy ? voice.t('admin.order.retried', { order: order.retriedBy }) : '',
    ]
      .filter(Boolean)
      .join('\n'),
    buttons: [
      [
        ...(order.state === 'failed' && !order.retriedBy
          ? [button(voice.label('admin.order.retry'), 'admin.order.retry', order.id)]
          : []),
        ...(order.endedAt && charged > 0
          ? [button(voice.label('admin.order.refund'), 'admin.order.refund', order.id)]
          : []),
      ],
      [
        button(voice.label('admin.orders'), 'admin.orders', order.ownerId),
        personButton(voice, order.ownerId),
        boardButton(voice),
      ],
    ],
  };
}

export async function showOrder(turn: Turn, orderId: string): Promise<void> {
  const order = await findOrder(turn.unit.tx, orderId);
  if (!order) return turn.toast('button.outdated');
  turn.show(orderScreen(turn, order));
}

export function answerOrders(composer: Composer<Context>): void {
  onOperatorText(composer, refundingOrder, async (turn, reason, { orderId }) => {
    turn.state = IDLE;
    const outcome = await refundOrder(turn.unit, turn.user.id, orderId, reason.slice(0, 300));
    const text =
      outcome.kind === 'refunded'
        ? turn.t('admin.done', {
            what: `${turn.label('did.order.refund')}, ${turn.credits(outcome.credits)}`,
          })
        : turn.t(`admin.order.${outcome.reason}`);
    const back = outcome.kind === 'refunded' ? personButton(turn, outcome.userId) : boardButton(turn);
    turn.send({ text, buttons: [[back]] });
  });
}

/** As many as a message takes well. */
const FAILED = 12;

export const orderOperatorAnswers = {
  'admin.orders': async (turn, userId, wanted) => {
    const shown = await ordersPage(turn.unit.tx, userId, wanted);
    const { lines, buttons } = listed(turn, shown.orders);
    turn.show({
      text: [
        turn.t('admin.orders.title', { user: userId }),
        ...(lines.length === 0 ? [turn.t('admin.orders.none')] : lines),
      ].join('\n'),
      buttons: [
        ...buttons,
        pageButtons(turn, shown.page, shown.pages, (text, to) => button(text, 'admin.orders', userId, to)),
        [personButton(turn, userId)],
      ],
    });
  },
  'admin.failed': async (turn) => {
    const { lines, buttons } = listed(turn, await failedOrders(turn.unit.tx, { limit: FAILED }));
    turn.show({
      text:
        lines.length === 0
          ? turn.t('admin.failed.none')
          : [turn.t('admin.failed.title'), ...lines].join('\n'),
      buttons: [...buttons, [boardButton(turn)]],
    });
  },
  'admin.order': (turn, orderId) => {
    turn.state = IDLE;
    return showOrder(turn, orderId);
  },
  'admin.order.retry': async (turn, orderId) => {
    const outcome = await retryOrder(turn.unit, turn.user.id, orderId);
    turn.toast(`admin.order.${outcome.kind === 'refused' ? outcome.reason : outcome.kind}`);
    await showOrder(turn, orderId);
  },
  'admin.order.refund': async (turn, orderId) => {
    const order = await findOrder(turn.unit.tx, orderId);
    if (!order) return turn.toast('button.outdated');
    turn.state = refundingOrder.at({ orderId });
    turn.show({
      text: turn.t('admin.order.refund.ask', { credits: turn.credits(creditsOf(order, order.delivered)) }),
      buttons: [[button(turn.label('button.cancel'), 'admin.order', orderId)]],
    });
  },
} satisfies Partial<Answers>;

import { acceptOrder, stopOrder } from '@aisha/core';
import type { Answers } from '../buttons.ts';
import { refusalScreen, statusScreen } from './screens.ts';

export const orderAnswers = {
  'order.accept': async (turn, id) => {
    const accepted = await acceptOrder(turn.unit, turn.user.id, id);
    if (accepted.kind === 'under-way') return turn.toast('quote.accepted');
    if (accepted.kind === 'placed')
      return turn.show(statusScreen(turn, accepted.order), { bind: { to: 'order', id } });
    const { reason } = accepted;
    if (reason === 'gone') return turn.toast('quote.gone');
    // The quote stays: once there are enough, it is pressed again.
    turn.send(refusalScreen(turn, { ...accepted, reason }));
  },
  'order.cancel': async (turn, id) => {
    const order = await stopOrder(turn.unit, turn.user.id, id);
    if (order === 'stopping') return turn.toast('order.stopping');
    if (!order) return turn.toast('order.cancel.late');
    turn.show(statusScreen(turn, order));
  },
} satisfies Partial<Answers>;

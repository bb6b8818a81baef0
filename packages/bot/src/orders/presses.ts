import { acceptOrder, orderAgain, stopOrder } from '@aisha/core';
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
  'order.again': async (turn, id, shown) => {
    const again = await orderAgain(turn.unit, id, { by: turn.user.id, agreed: shown ?? 0 });
    switch (again.kind) {
      case 'placed':
      case 'quoted':
        turn.show(statusScreen(turn, again.order), { bind: { to: 'order', id: again.order.id } });
        // The quote stays: once there are enough, it is accepted.
        if (again.kind === 'quoted' && again.refused) turn.send(refusalScreen(turn, again.refused));
        return;
      case 'under-way':
        return turn.toast('order.again.under_way');
      case 'refused': {
        const { reason } = again;
        if (reason === 'again') return turn.toast('order.again.under_way');
        if (reason === 'unknown' || reason === 'not_failed' || reason === 'gone')
          return turn.toast('order.again.gone');
        return turn.send(refusalScreen(turn, { ...again, reason }));
      }
      default:
        return again satisfies never;
    }
  },
  'order.cancel': async (turn, id) => {
    const order = await stopOrder(turn.unit, turn.user.id, id);
    if (order === 'stopping') return turn.toast('order.stopping');
    if (!order) return turn.toast('order.cancel.late');
    turn.show(statusScreen(turn, order));
  },
} satisfies Partial<Answers>;

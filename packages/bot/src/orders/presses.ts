import { cancelOrder } from '@aisha/core';
import type { Answers } from '../buttons.ts';
import { statusScreen } from './screens.ts';

export const orderAnswers = {
  'order.cancel': async (turn, id) => {
    const order = await cancelOrder(turn.unit, turn.user.id, id);
    if (!order) return turn.toast('order.cancel.late');
    turn.show(statusScreen(turn, order));
  },
} satisfies Partial<Answers>;

import { cancelOrder } from '@aisha/core';
import { Composer } from 'telegraf';
import { z } from 'zod';
import { statusScreen } from './screens.ts';
import { onPress } from '../chat/route.ts';

export function ordersComposer() {
  const composer = new Composer();
  onPress(composer, 'order.cancel', async (turn, id) => {
    const order = z.uuid().safeParse(id).success
      ? await cancelOrder(turn.unit, turn.user.id, id ?? '')
      : null;
    if (!order) return turn.toast('order.cancel.late');
    turn.show(statusScreen(turn, order));
  });
  return composer;
}

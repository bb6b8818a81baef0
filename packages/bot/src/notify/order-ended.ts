import type { OwedCall } from '@aisha/db';
import { type DeciderParts, findOrder, findUser, settingsIn } from '@aisha/core';
import { shownOrders } from '../bindings.ts';
import { answering } from '../chat/answering.ts';
import { editScreen, sendScreen } from '../chat/screen.ts';
import { Voice, type VoiceParts } from '../chat/voice.ts';
import { failureScreen, statusScreen } from '../orders/screens.ts';

export type RenderParts = Pick<DeciderParts, 'db'> & Omit<VoiceParts, 'shownOrders'>;

/** Speaks the language of this person at this moment. */
export async function voiceOf(parts: RenderParts, userId: number): Promise<Voice> {
  const user = await findUser(parts.db, userId);
  const reader = user
    ? { language: user.language, timeZone: settingsIn(user).timeZone }
    : { language: 'ru' as const, timeZone: null };
  return new Voice({ ...parts, shownOrders }, reader);
}

/** Everything that is told when an order ends: the status message in its last form, then the result or the reason. */
export async function orderEnded(parts: RenderParts, orderId: string): Promise<readonly OwedCall[]> {
  const order = await findOrder(parts.db, orderId);
  if (!order) return [];
  const voice = await voiceOf(parts, order.ownerId);
  const status =
    order.statusMessageId === null
      ? []
      : [editScreen(order, order.statusMessageId, statusScreen(voice, order))];
  const told =
    order.state === 'succeeded'
      ? await voice.shown(order).result(parts.db, voice, order)
      : [sendScreen(order, failureScreen(voice, order))];
  return answering(voice, order.ownerId, order, [...status, ...told]);
}

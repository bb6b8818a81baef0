import type { OwedCall } from '@aisha/db';
import { type DeciderParts, findOrder, findUser, type Order, settingsIn } from '@aisha/core';
import { shownOrders } from '../bindings.ts';
import { answering } from '../chat/answering.ts';
import { editScreen, inPlaceOf, sendScreen } from '../chat/screen.ts';
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
  return answering(voice, order.ownerId, order, await told(parts, voice, order));
}

async function told(parts: RenderParts, voice: Voice, order: Order): Promise<readonly OwedCall[]> {
  const { statusMessageId } = order;
  const status = () =>
    statusMessageId === null ? [] : [editScreen(order, statusMessageId, statusScreen(voice, order))];
  const shown = voice.shown(order);
  if (order.state !== 'succeeded')
    return shown.isQuiet ? status() : [...status(), sendScreen(order, failureScreen(voice, order))];
  const [first, ...rest] = await shown.result(parts.db, voice, order);
  if (!first) return status();
  if (statusMessageId === null || !shown.becomesResult || first.method !== 'sendMessage')
    return [...status(), first, ...rest];
  return [inPlaceOf(statusMessageId, first, { to: 'order', id: order.id }), ...rest];
}

/** What took the place of the status message; null: nothing did. */
export async function resultInPlace(
  { db }: Pick<RenderParts, 'db'>,
  voice: Voice,
  order: Order,
): Promise<{ readonly text: string } | null> {
  const shown = voice.shown(order);
  if (order.state !== 'succeeded' || !shown.becomesResult) return null;
  const [first] = await shown.result(db, voice, order);
  if (first?.method !== 'sendMessage') return null;
  const { reply_parameters: _answered, message_thread_id: _thread, text, ...rest } = first.payload;
  return typeof text === 'string' ? { ...rest, text } : null;
}

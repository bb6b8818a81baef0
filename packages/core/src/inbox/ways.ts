import type { OwedCall } from '@aisha/db';

/** The same message to somebody in private. It answers nothing there, and is theirs anyway. */
export function inPrivate(call: OwedCall, userId: number, instead: readonly OwedCall[]): OwedCall {
  const { answers: _answers, ...rest } = call;
  return { ...rest, payload: { ...unplaced(call.payload), chat_id: userId }, instead };
}

/**
 * What is done in the place of a call that its chat does not take; nothing: it is left out. Whoever made the call knows
 * best (`instead`); otherwise a message goes to the person whom it answers, in private, and where that cannot be either,
 * one for a topic goes into the group's General. An edit is left out unless something stands in for it: what it would have
 * changed stays as it is.
 */
export function otherWays(
  call: OwedCall,
  why: 'forbidden' | 'no-topic' | 'unreachable',
): readonly OwedCall[] {
  const { method, payload, answers, instead } = call;
  const isEdit = !method.startsWith('send');
  // A message that cannot be edited any more is said anew, there or wherever that is taken.
  if (instead && (why !== 'no-topic' || isEdit)) return instead;
  if (isEdit) return [];
  const inTopic = why === 'no-topic' && payload['message_thread_id'] !== undefined;
  const general = inTopic ? [{ ...call, payload: unplaced(payload) }] : [];
  // Who writes as the group itself has no private chat with us.
  return answers === undefined || answers < 0 ? general : [inPrivate(call, answers, general)];
}

/** What a call to a group that is a supergroup by now becomes: messages have other numbers there. */
export function moved(call: OwedCall, from: number, to: number): readonly OwedCall[] {
  const instead = call.instead?.flatMap((one) => moved(one, from, to));
  const kept = instead ? { ...call, instead } : call;
  if (call.payload['chat_id'] !== from) return [kept];
  const { message_id: edited, ...payload } = unplaced(call.payload);
  if (edited !== undefined && call.method !== 'editMessageText') return [];
  const method = edited === undefined ? call.method : 'sendMessage';
  return [{ ...kept, method, payload: { ...payload, chat_id: to } }];
}

function unplaced(payload: OwedCall['payload']): OwedCall['payload'] {
  const { message_thread_id: _thread, reply_parameters: _reply, ...rest } = payload;
  return rest;
}

import { inPrivate } from '@aisha/core';
import type { OwedCall, Place } from '@aisha/db';
import { sendScreen } from './screen.ts';
import type { Voice } from './voice.ts';

/**
 * In a group a message belongs to whom it answers; a private chat has the id of its person. A file that the group does not
 * take goes to them in private, unless something else can stand in for it; at least a line says where it is.
 */
export function answering(
  voice: Voice,
  userId: number,
  place: Place,
  calls: readonly OwedCall[],
): readonly OwedCall[] {
  // A group has a negative id, also as the one that ordered something.
  if (place.chatId > 0) return calls;
  const mine = (call: OwedCall): OwedCall => ({ ...call, answers: userId });
  return calls.map((call) => {
    if (!call.files) return call.instead ? { ...mine(call), instead: call.instead.map(mine) } : mine(call);
    const line = mine(
      sendScreen(place, { text: voice.t('group.no_files', { bot: voice.settings.botUsername }) }),
    );
    const last = { ...line, instead: [] };
    const ways = call.instead?.map(mine) ?? (userId > 0 ? [inPrivate(call, userId, [last])] : [last]);
    return { ...mine(call), instead: ways };
  });
}

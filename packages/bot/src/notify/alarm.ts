import { findAlarm } from '@aisha/core';
import { TransientError } from '@aisha/service';
import { screenBody } from '../chat/screen.ts';
import { alarmScreen } from '../operators/alarms.ts';
import { voiceOf } from './order-ended.ts';
import type { NotifyParts } from './send.ts';

/** Job: edits an operator's copy of an alarm, which says by whom something was done about it. */
export async function showAlarm(
  parts: NotifyParts,
  id: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const alarm = await findAlarm(parts.db, id);
  if (!alarm || alarm.messageId === null) return;
  const voice = await voiceOf(parts, alarm.userId);
  const screen = await alarmScreen(parts.db, voice, id, alarm.body);
  const outcome = await parts.telegram.call(
    'editMessageText',
    { chat_id: alarm.chatId, message_id: alarm.messageId, ...screenBody(screen) },
    { priority: 'result', signal },
  );
  if (outcome.kind === 'retry')
    throw new TransientError(`an alarm is not shown yet: ${outcome.why}`, { retryAfterMs: outcome.afterMs });
}

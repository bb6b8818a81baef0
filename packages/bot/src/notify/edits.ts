import { avatars, orders } from '@aisha/db';
import { counterShown, findOrder, moveChat, photoSet } from '@aisha/core';
import { TransientError } from '@aisha/service';
import { and, eq } from 'drizzle-orm';
import { placed, screenBody } from '../chat/screen.ts';
import { counterScreen, instantReadyScreen } from '../avatars/screens.ts';
import { statusScreen } from '../orders/screens.ts';
import { resultInPlace, voiceOf } from './order-ended.ts';
import type { NotifyParts } from './send.ts';

/** Job: edits an order's status message to what is so now. Decoration: what is dropped is told by the next one. */
export async function showProgress(
  parts: NotifyParts,
  orderId: string,
  run: { signal: AbortSignal },
): Promise<void> {
  const order = await findOrder(parts.db, orderId);
  if (!order || order.statusMessageId === null) return;
  const voice = await voiceOf(parts, order.ownerId);
  const ended = order.endedAt !== null;
  // Nothing is told after these for a while: they must be seen.
  const isDue = ended || order.state === 'quoted';
  const live = order.state === 'running' ? await voice.shown(order).live?.(parts.db, order) : null;
  // It may have come after the result that took this message's place: then it is the same once more.
  const result = await resultInPlace(parts, voice, order);
  const outcome = await parts.telegram.call(
    'editMessageText',
    {
      chat_id: order.chatId,
      message_id: order.statusMessageId,
      ...(result ?? screenBody(statusScreen(voice, order, live))),
    },
    { priority: ended ? 'ending' : isDue ? 'result' : 'progress', signal: run.signal },
  );
  if (outcome.kind === 'migrated')
    await parts.db.transaction((tx) => moveChat(tx, order.chatId, outcome.chatId));
  if (isDue && outcome.kind === 'retry')
    throw new TransientError(`status not shown: ${outcome.why}`, { retryAfterMs: outcome.afterMs });
  // It ended during this edit, which then may have come after the last one: the end is shown once more.
  if (!ended && (await findOrder(parts.db, orderId))?.endedAt) await showProgress(parts, orderId, run);
}

/** Job: edits the photo counter, once for many photos; sends it anew where it was deleted. */
export async function showPhotoCounter(
  parts: NotifyParts,
  avatarId: string,
  run: { signal: AbortSignal },
): Promise<void> {
  const [avatar] = await parts.db.select().from(avatars).where(eq(avatars.id, avatarId));
  // Its message is not sent yet (then its id enqueues this again), or the photos are fixed by now.
  if (!avatar || avatar.screenMessageId === null || (avatar.state !== 'draft' && avatar.state !== 'failed')) {
    if (avatar) await counterShown(parts, avatarId, avatar.screenDueAt);
    return;
  }
  const voice = await voiceOf(parts, avatar.ownerId);
  const screen = counterScreen(voice, avatar, await photoSet(parts.db, avatarId));
  const body = { ...placed(avatar), ...screenBody(screen) };
  const options = { priority: 'reply', signal: run.signal } as const;
  const outcome = await parts.telegram.call(
    'editMessageText',
    { ...body, message_id: avatar.screenMessageId },
    options,
  );
  if (outcome.kind === 'unchanged' && (outcome.why === 'gone' || outcome.why === 'not-editable')) {
    // Deleted by its owner, or taken away because a new one came below newer photos; then that one is the counter.
    const sent = await parts.telegram.call('sendMessage', body, options);
    if (sent.kind === 'ok' && !(await replaceCounter(parts, avatar, sent.result.message_id)))
      await parts.telegram.call(
        'deleteMessage',
        { chat_id: avatar.chatId, message_id: sent.result.message_id },
        options,
      );
  } else if (outcome.kind === 'retry' || outcome.kind === 'unknown')
    throw new TransientError(
      `counter not shown: ${outcome.why}`,
      outcome.kind === 'retry' ? { retryAfterMs: outcome.afterMs } : {},
    );
  await counterShown(parts, avatarId, avatar.screenDueAt);
  await mendOvertaken(parts, avatar, run);
}

/** A press may have shown something else in the counter's message during this edit, which then came after it. */
async function mendOvertaken(
  parts: NotifyParts,
  before: typeof avatars.$inferSelect,
  run: { signal: AbortSignal },
): Promise<void> {
  const [now] = await parts.db.select().from(avatars).where(eq(avatars.id, before.id));
  if (before.screenMessageId === null || !now) return;
  if (now.screenMessageId === before.screenMessageId)
    return now.screenShows === before.screenShows ? undefined : showPhotoCounter(parts, now.id, run);
  if (now.instant && now.state === 'ready') {
    const screen = instantReadyScreen(await voiceOf(parts, now.ownerId), now);
    const body = { chat_id: before.chatId, message_id: before.screenMessageId, ...screenBody(screen) };
    await parts.telegram.call('editMessageText', body, { priority: 'reply', signal: run.signal });
    return;
  }
  const [order] = await parts.db
    .select({ id: orders.id })
    .from(orders)
    .where(and(eq(orders.chatId, before.chatId), eq(orders.statusMessageId, before.screenMessageId)));
  if (order) await showProgress(parts, order.id, run);
}

/** False when the counter is another message by now. */
async function replaceCounter(
  parts: NotifyParts,
  { id, screenMessageId }: Pick<typeof avatars.$inferSelect, 'id' | 'screenMessageId'>,
  messageId: number,
): Promise<boolean> {
  const replaced = await parts.db
    .update(avatars)
    .set({ screenMessageId: messageId })
    .where(and(eq(avatars.id, id), eq(avatars.screenMessageId, screenMessageId ?? 0)))
    .returning({ id: avatars.id });
  return replaced.length > 0;
}

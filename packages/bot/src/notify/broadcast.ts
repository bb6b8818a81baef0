import { setTimeout as pause } from 'node:timers/promises';
import {
  claimRecipient,
  endBroadcast,
  findBroadcast,
  keepBroadcast,
  markUnreachable,
  noteLost,
  type Recipient,
  sendOwed,
  settleRecipient,
  tallyOf,
  waitingRecipients,
} from '@aisha/core';
import type { SendOutcome } from '@aisha/providers';
import { TransientError } from '@aisha/service';
import { screenBody } from '../chat/screen.ts';
import { broadcastMessage } from '../operators/broadcast-message.ts';
import { broadcastScreen } from '../operators/broadcast-screens.ts';
import { voiceOf } from './order-ended.ts';
import type { NotifyParts } from './send.ts';

/** Calls under way at once: their pace is Telegram's limit, shared by all processes, and each takes a while. */
const LANES = 16;
/** After this a run ends and is followed by another, so that a stop never waits long and several take turns. */
const RUN_MS = 30_000;
/** How often the message that shows how it goes is edited. */
const SHOWN_MS = 3_000;
/** Until it is looked again at those whose fate is not known yet. */
const LOOK_MS = 15_000;

/** Job: sends a broadcast on from where it stopped. Nobody is sent it twice, whatever is killed. */
export async function sendBroadcast(
  parts: NotifyParts,
  id: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { db } = parts;
  const broadcast = await findBroadcast(db, id);
  if (broadcast?.state !== 'running') return showBroadcast(parts, id);
  await keepBroadcast(db, id);
  await noteLost(db, id);
  const run = { until: performance.now() + RUN_MS, waitMs: 0, isPaused: false };
  const goesOn = () => !signal.aborted && !run.isPaused && run.waitMs === 0 && performance.now() < run.until;
  const waiting = waitingRecipients(db, id);

  async function sendTo({ userId, isGone, isSilent }: Recipient): Promise<void> {
    if (isGone) return settleRecipient(db, id, userId, 'skipped');
    const call = broadcastMessage({ content: broadcast?.content ?? { text: '' } }, userId);
    const payload = isSilent ? { ...call.payload, disable_notification: true } : call.payload;
    // Never cut short by a stop: nobody would know whether it was sent.
    let isMine = false;
    const outcome = await sendOwed(parts.telegram, call.method, payload, {
      priority: 'bulk',
      signal: new AbortController().signal,
      // Not before there is a place: whoever is killed leaves only those in doubt whose call was under way.
      before: async () => (isMine = await claimRecipient(db, id, userId)),
    });
    if (!isMine) {
      if (outcome.kind === 'retry') run.waitMs = Math.max(run.waitMs, outcome.afterMs);
      run.isPaused = (await findBroadcast(db, id))?.state !== 'running';
      return;
    }
    if (outcome.kind === 'unreachable') await markUnreachable(db, userId, outcome.why);
    if (outcome.kind === 'retry') run.waitMs = Math.max(run.waitMs, outcome.afterMs, 200);
    await settleRecipient(db, id, userId, fateOf(outcome));
  }

  async function lane(): Promise<void> {
    while (goesOn()) {
      const next = await waiting.next();
      if (next.done) return;
      await sendTo(next.value);
    }
  }

  const sent = new AbortController();
  const showing = keepShowing(parts, id, sent.signal);
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    sent.abort();
    await waiting.return();
    await showing;
  }
  await comeBack(parts, id, run.waitMs);
}

/** What became of one recipient. */
function fateOf({ kind }: SendOutcome): Parameters<typeof settleRecipient>[3] {
  switch (kind) {
    case 'ok':
    case 'unchanged':
      return 'sent';
    case 'retry':
      return 'waiting';
    case 'unknown':
      return 'uncertain';
    case 'unreachable':
    case 'forbidden':
    case 'no-topic':
    case 'migrated':
      return 'skipped';
    case 'refused':
      return 'refused';
    default:
      return kind satisfies never;
  }
}

/** Ends the broadcast when nobody is left; else the next run follows, after a pause where Telegram asked for one. */
async function comeBack(parts: NotifyParts, id: string, waitMs: number): Promise<void> {
  // Its report takes the place of the message that shows how it goes.
  if (await endBroadcast(parts, id)) return;
  await showBroadcast(parts, id);
  if ((await findBroadcast(parts.db, id))?.state !== 'running') return;
  const { waiting } = await tallyOf(parts.db, id);
  if (waiting === 0)
    throw new TransientError('what became of some is not known yet', { retryAfterMs: LOOK_MS });
  if (waitMs > 0) throw new TransientError('Telegram asks to wait', { retryAfterMs: waitMs });
  await parts.producer.enqueue('broadcast.send', { broadcastId: id });
}

async function keepShowing(parts: NotifyParts, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await showBroadcast(parts, id).catch((error: unknown) =>
      parts.log.debug('how a broadcast goes was not shown', { broadcastId: id, error }),
    );
    await pause(SHOWN_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Edits the message that shows how it goes. */
async function showBroadcast(parts: NotifyParts, id: string): Promise<void> {
  const broadcast = await findBroadcast(parts.db, id);
  if (!broadcast || broadcast.chatId === null || broadcast.messageId === null) return;
  const voice = await voiceOf(parts, broadcast.chatId);
  const screen = await broadcastScreen(parts.db, voice, broadcast);
  await parts.telegram.call(
    'editMessageText',
    { chat_id: broadcast.chatId, message_id: broadcast.messageId, ...screenBody(screen) },
    { priority: broadcast.state === 'running' ? 'progress' : 'result' },
  );
}

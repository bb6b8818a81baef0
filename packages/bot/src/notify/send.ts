import { menuButton } from '../menu/screens.ts';
import { notifications, type OwedCall } from '@aisha/db';
import {
  findDue,
  type CallParts,
  CLAIM,
  ClaimLost,
  findBroadcast,
  findDrawable,
  findInvoice,
  findPayment,
  findSubscription,
  findSupportMessage,
  findUser,
  lookAtGroup,
  invoiceLink,
  payloadOf,
  makeCalls,
  notificationBody,
  owedCalls,
  readStored,
  settingsOf,
} from '@aisha/core';
import { TransientError } from '@aisha/service';
import { and, eq, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { sharedScreen } from '../avatars/screens.ts';
import { answering } from '../chat/answering.ts';
import { sendScreen } from '../chat/screen.ts';
import {
  paymentAlarmScreen,
  paymentScreen,
  referralDoubtScreen,
  referralScreen,
} from '../credits/notices.ts';
import { invoiceWords, offerScreen, subscribedScreen } from '../credits/subscription.ts';
import { answeredScreen, answerScreen, questionScreen } from '../credits/support.ts';
import { reminderScreen } from '../documents/reminding.ts';
import { slideScreen } from '../recordings/slides.ts';
import { groupScreen, payerGoneScreen } from '../groups/screens.ts';
import { broadcastScreen } from '../operators/broadcast-screens.ts';
import { alarmScreen } from '../operators/alarms.ts';
import { firstPicturesTold } from './first-pictures.ts';
import { type ExportedParts, exportMessages } from './data-export.ts';
import { orderEnded, type RenderParts, voiceOf } from './order-ended.ts';

export type NotifyParts = CallParts & RenderParts & ExportedParts;

type Row = typeof notifications.$inferSelect;

/** The sweeper looks again when the claim may have run out: whoever crashed with one holds a result up for so long. */
const claimed = { claimedUntil: CLAIM, nextCheckAt: CLAIM };

/** Job: tells one notification. Rendered once, then each message is kept as sent before the next. */
export async function sendNotification(
  parts: NotifyParts,
  id: string,
  run: { signal: AbortSignal },
): Promise<void> {
  const [row] = await parts.db
    .update(notifications)
    .set({
      ...claimed,
      attempts: sql`${notifications.attempts} + 1`,
      // A claim that ran out: whoever had it never came back, and whether its last call was made nobody knows.
      unknownOutcomes: sql`${notifications.unknownOutcomes} + (${notifications.claimedUntil} is not null)::int`,
    })
    .where(
      and(
        eq(notifications.id, id),
        eq(notifications.state, 'pending'),
        or(isNull(notifications.claimedUntil), lt(notifications.claimedUntil, sql`now()`)),
      ),
    )
    .returning();
  if (!row) return;
  try {
    await tell(parts, row, run.signal);
  } catch (error) {
    if (!(error instanceof ClaimLost)) await release(parts, row, 5_000);
    throw error;
  }
}

async function tell(parts: NotifyParts, row: Row, signal: AbortSignal): Promise<void> {
  const about = { notificationId: row.id, kind: row.kind };
  const owed =
    row.owed === null
      ? await rendered(parts, row, signal)
      : readStored(owedCalls, row.owed, parts.log, about);
  if (owed === null) return setAside(parts, row);
  if (row.owed === null)
    await parts.db.update(notifications).set({ owed }).where(eq(notifications.id, row.id));
  const outcome = await makeCalls(
    parts,
    { owed, sent: row.sent, unknownOutcomes: row.unknownOutcomes },
    {
      priority: 'result',
      signal,
      onSent: async (sent, messageId) => {
        await parts.db
          .update(notifications)
          .set({ sent, ...(messageId === null ? {} : { messageId }) })
          .where(eq(notifications.id, row.id));
      },
      onOwed: async (next) => {
        await parts.db.update(notifications).set({ owed: next }).where(eq(notifications.id, row.id));
      },
      renewClaim: () =>
        parts.db
          .update(notifications)
          .set(claimed)
          .where(and(eq(notifications.id, row.id), isNotNull(notifications.claimedUntil))),
    },
  );
  switch (outcome.kind) {
    case 'made':
      await parts.db
        .update(notifications)
        // What it said, links among it, is kept no longer than it takes to send it: it may be about somebody else.
        .set({ state: 'sent', sentAt: sql`now()`, owed: null })
        .where(eq(notifications.id, row.id));
      parts.log.info('told', {
        notificationId: row.id,
        userId: row.userId,
        kind: row.kind,
        ...idsIn(row.data),
      });
      return;
    case 'unreachable':
      // The result waits in their menus for the day they come back.
      await parts.db
        .update(notifications)
        .set({ state: 'dropped', error: 'the chat cannot be reached' })
        .where(eq(notifications.id, row.id));
      return;
    case 'wait':
      if (outcome.unknown)
        await parts.db
          .update(notifications)
          .set({ unknownOutcomes: sql`${notifications.unknownOutcomes} + 1` })
          .where(eq(notifications.id, row.id));
      throw new TransientError(`not told yet: ${outcome.why}`, { retryAfterMs: Math.max(outcome.ms, 200) });
    default:
      outcome satisfies never;
  }
}

/** Of what is told only what it is about goes into a log: there may be names beside it. */
const idsIn = (data: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(data).filter(([name]) => name.endsWith('Id')));

/** What this release cannot read a newer one beside it may: so often it is looked at, a minute apart. */
const LOOKS = 10;

async function setAside(parts: NotifyParts, row: Row): Promise<void> {
  if (row.attempts < LOOKS) return release(parts, row, 60_000);
  await parts.db
    .update(notifications)
    .set({ state: 'failed', error: 'what is stored cannot be read' })
    .where(eq(notifications.id, row.id));
}

/** Gives the claim back, so that the retry finds the row free. */
async function release(parts: NotifyParts, row: Row, checkMs: number): Promise<void> {
  await parts.db
    .update(notifications)
    .set({ claimedUntil: null, nextCheckAt: sql`now() + make_interval(secs => ${checkMs / 1_000})` })
    .where(eq(notifications.id, row.id))
    .catch((error: unknown) =>
      parts.log.warn('a claim could not be given back', { notificationId: row.id, error }),
    );
}

/** What is told, without a sound where its person wants none. */
async function rendered(
  parts: NotifyParts,
  row: Row,
  signal: AbortSignal,
): Promise<readonly OwedCall[] | null> {
  const owed = await render(parts, row, signal);
  if (owed === null || (await settingsOf(parts.db, row.userId)).notifications === 'sound') return owed;
  return owed.map((call) =>
    call.method.startsWith('send')
      ? { ...call, payload: { ...call.payload, disable_notification: true } }
      : call,
  );
}

/** Null when what is stored cannot be read. */
async function render(
  parts: NotifyParts,
  row: Row,
  signal: AbortSignal,
): Promise<readonly OwedCall[] | null> {
  const { id: notificationId, kind, data } = row;
  const notification = readStored(notificationBody, { kind, data }, parts.log, { notificationId, kind });
  if (!notification) return null;
  switch (notification.kind) {
    case 'order.ended':
      return orderEnded(parts, notification.data.orderId);
    case 'avatar.shared': {
      const voice = await voiceOf(parts, row.userId);
      const avatar = await findDrawable(parts.db, row.userId, notification.data.avatarId);
      const owner = avatar ? await findUser(parts.db, avatar.ownerId) : null;
      return avatar ? [sendScreen(row, sharedScreen(voice, avatar, owner))] : [];
    }
    case 'avatar.rest': {
      const voice = await voiceOf(parts, row.userId);
      return [sendScreen(row, { text: voice.t('avatar.rest', notification.data) })];
    }
    case 'avatar.first': {
      const voice = await voiceOf(parts, row.userId);
      return firstPicturesTold(parts.db, voice, notification.data);
    }
    case 'alarm':
    case 'money.alarm': {
      const voice = await voiceOf(parts, row.userId);
      return [sendScreen(row, await alarmScreen(parts.db, voice, row.id, notification))];
    }
    case 'payment.kept':
    case 'payment.refunded': {
      const payment = await findPayment(parts.db, notification.data.paymentId);
      // Refunded before it was told: the refund's own message says it.
      if (!payment || (notification.kind === 'payment.kept' && payment.state !== 'paid')) return [];
      const voice = await voiceOf(parts, row.userId);
      return [sendScreen(row, await paymentScreen(parts.db, voice, payment))];
    }
    case 'payment.alarm': {
      const voice = await voiceOf(parts, row.userId);
      return [sendScreen(row, paymentAlarmScreen(voice, notification.data))];
    }
    case 'service.back': {
      const voice = await voiceOf(parts, row.userId);
      const text = voice.t(notification.data.waited ? 'service.goes_on' : 'service.back');
      return [sendScreen(row, { text, buttons: [[menuButton(voice)]] })];
    }
    case 'group.settings': {
      const rules = await lookAtGroup(parts, row.chatId, signal);
      if (!rules) return [];
      const voice = await voiceOf(parts, row.userId);
      const place = { chatId: row.chatId, threadId: notification.data.threadId };
      const payer = rules.payerId === null ? null : await findUser(parts.db, rules.payerId);
      return answering(voice, row.userId, place, [sendScreen(place, groupScreen(voice, payer, rules))]);
    }
    case 'slide.read': {
      const voice = await voiceOf(parts, row.userId);
      const shown = await slideScreen(parts.db, voice, notification.data.slideId);
      if (!shown) return [];
      const { place, screen, replyTo } = shown;
      return answering(voice, row.userId, place, [sendScreen(place, screen, { replyTo })]);
    }
    case 'tasks.due': {
      const document = await findDue(parts.db, notification.data.documentId);
      const voice = await voiceOf(parts, row.userId);
      const screen = document && reminderScreen(voice, document, notification.data.day);
      if (!screen) return [];
      const place = { chatId: row.chatId, threadId: notification.data.threadId ?? null };
      return answering(voice, row.userId, place, [sendScreen(place, screen)]);
    }
    case 'group.payer_gone': {
      const voice = await voiceOf(parts, row.userId);
      return [sendScreen(row, payerGoneScreen(voice, notification.data.title))];
    }
    case 'privacy.export':
      return exportMessages(parts, row, notification.data.exportId);
    case 'subscription.offer': {
      const invoice = await findInvoice(parts.db, notification.data.invoiceId);
      if (!invoice) return [];
      const voice = await voiceOf(parts, row.userId);
      const words = { ...invoiceWords(voice, invoice), payload: payloadOf(invoice) };
      const link = await invoiceLink(parts, invoice, words, signal);
      return [sendScreen(row, offerScreen(voice, invoice, link))];
    }
    case 'subscription.changed': {
      const { subscriptionId, refused } = notification.data;
      const subscribed = await findSubscription(parts.db, subscriptionId);
      if (!subscribed) return [];
      return [sendScreen(row, subscribedScreen(await voiceOf(parts, row.userId), subscribed, refused))];
    }
    case 'referral.credited': {
      const { credits, inviter } = notification.data;
      return [sendScreen(row, referralScreen(await voiceOf(parts, row.userId), credits, inviter))];
    }
    case 'referral.doubted': {
      const { inviterId, doubt } = notification.data;
      return [sendScreen(row, referralDoubtScreen(await voiceOf(parts, row.userId), inviterId, doubt))];
    }
    case 'support.question':
    case 'support.answer':
    case 'support.answered': {
      const message = await findSupportMessage(parts.db, notification.data.messageId);
      if (!message) return [];
      const voice = await voiceOf(parts, row.userId);
      if (notification.kind === 'support.question')
        return [sendScreen(row, await questionScreen(parts.db, voice, message))];
      const screen = notification.kind === 'support.answer' ? answerScreen : answeredScreen;
      return [sendScreen(row, screen(voice, message))];
    }
    case 'broadcast.ended': {
      const broadcast = await findBroadcast(parts.db, notification.data.broadcastId);
      if (!broadcast) return [];
      const voice = await voiceOf(parts, row.userId);
      const report = sendScreen(row, await broadcastScreen(parts.db, voice, broadcast));
      const { chatId, messageId } = broadcast;
      // Said once: it stands below what was written meanwhile, and not above it as well.
      return chatId !== row.chatId || messageId === null
        ? [report]
        : [report, { method: 'deleteMessage', payload: { chat_id: chatId, message_id: messageId } }];
    }
    default:
      return notification satisfies never;
  }
}

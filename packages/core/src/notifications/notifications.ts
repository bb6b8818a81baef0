import { notifications } from '@aisha/db';
import { and, eq, gt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Unit } from '../unit.ts';

/** What operators did about an alarm by its buttons; `by`: Telegram's number of whoever pressed. */
const mended = z.object({
  what: z.enum(['retried', 'paused', 'resumed', 'raised']),
  by: z.number(),
  /** Orders that are tried again, and those that cannot be. */
  orders: z.number().optional(),
  left: z.number().optional(),
  usd: z.number().optional(),
});
export type Mended = z.infer<typeof mended>;
const done = z.array(mended).optional().catch(undefined);

/** Without `model` it is the provider's whole account that is refused; else that model alone, for that use. */
const alarm = z.object({
  provider: z.string(),
  reason: z.string(),
  model: z.string().optional(),
  use: z.string().optional(),
  /** Nothing is refused: what became of requests there cannot be read. */
  about: z.literal('unreadable').optional().catch(undefined),
  done,
});
export type Alarm = z.infer<typeof alarm>;

/** A payment that only an operator can put right. */
const paymentAlarm = z.object({
  trouble: z.enum(['no_invoice', 'not_stated', 'differs', 'refund_refused', 'refund_by_hand']),
  chargeId: z.string(),
  userId: z.number(),
  currency: z.string(),
  amount: z.number(),
});
export type PaymentAlarm = z.infer<typeof paymentAlarm>;

/** What an operator has to know of the service's own money. */
const moneyAlarm = z.object({
  about: z.enum(['books', 'cap_near', 'cap_reached', 'cap_newcomers', 'balance_low']),
  /** Of disagreements. */
  count: z.number().optional(),
  usd: z.number().optional(),
  cap: z.number().optional(),
  provider: z.string().optional(),
  done,
});
export type MoneyAlarm = z.infer<typeof moneyAlarm>;

const supportMessage = z.object({ messageId: z.string() });

/**
 * What can be told. Ids only: it is rendered when it is sent, in the language of that moment. Parsed when it is read;
 * only add optional fields.
 */
export const notificationBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('order.ended'), data: z.object({ orderId: z.string() }) }),
  /** The first pictures of an avatar; how many photos they were held against, where that could be. */
  z.object({
    kind: z.literal('avatar.first'),
    data: z.object({ orderId: z.string(), photos: z.number().nullable() }),
  }),
  z.object({ kind: z.literal('avatar.shared'), data: z.object({ avatarId: z.string() }) }),
  /** A deleted avatar of which something stays at the provider for a while. */
  z.object({ kind: z.literal('avatar.rest'), data: z.object({ name: z.string() }) }),
  z.object({ kind: z.literal('alarm'), data: alarm }),
  z.object({ kind: z.literal('payment.kept'), data: z.object({ paymentId: z.string() }) }),
  z.object({ kind: z.literal('payment.refunded'), data: z.object({ paymentId: z.string() }) }),
  z.object({ kind: z.literal('payment.alarm'), data: paymentAlarm }),
  z.object({ kind: z.literal('money.alarm'), data: moneyAlarm }),
  z.object({
    kind: z.literal('referral.credited'),
    data: z.object({ credits: z.number(), inviter: z.boolean() }),
  }),
  z.object({
    kind: z.literal('referral.doubted'),
    data: z.object({
      inviterId: z.number(),
      doubt: z.enum(['mutual', 'one_payer', 'mass', 'daily_limit']),
    }),
  }),
  z.object({ kind: z.literal('support.question'), data: supportMessage }),
  z.object({ kind: z.literal('support.answer'), data: supportMessage }),
  z.object({ kind: z.literal('support.answered'), data: supportMessage }),
  z.object({ kind: z.literal('subscription.offer'), data: z.object({ invoiceId: z.string() }) }),
  z.object({
    kind: z.literal('subscription.changed'),
    data: z.object({ subscriptionId: z.string(), refused: z.boolean().optional() }),
  }),
  z.object({
    kind: z.literal('group.settings'),
    data: z.object({ threadId: z.number().nullable().optional() }),
  }),
  z.object({ kind: z.literal('slide.read'), data: z.object({ slideId: z.string() }) }),
  /** What is to be done on a day, by a document of that person's. */
  z.object({
    kind: z.literal('tasks.due'),
    data: z.object({
      documentId: z.string(),
      day: z.string(),
      threadId: z.number().nullable().optional(),
    }),
  }),
  z.object({ kind: z.literal('group.payer_gone'), data: z.object({ title: z.string() }) }),
  z.object({ kind: z.literal('privacy.export'), data: z.object({ exportId: z.string() }) }),
  z.object({ kind: z.literal('service.back'), data: z.object({ waited: z.boolean().optional() }) }),
  z.object({ kind: z.literal('broadcast.ended'), data: z.object({ broadcastId: z.string() }) }),
]);
export type NotificationBody = z.infer<typeof notificationBody>;

/** Owes somebody a message, once per key; whether it was the first time. */
export async function notify(
  unit: Unit,
  to: { readonly userId: number; readonly chatId: number },
  key: string,
  { kind, data }: NotificationBody,
): Promise<boolean> {
  const [row] = await unit.tx
    .insert(notifications)
    .values({
      key,
      userId: to.userId,
      chatId: to.chatId,
      kind,
      data,
      nextCheckAt: sql`now() + interval '10 seconds'`,
    })
    .onConflictDoNothing()
    .returning({ id: notifications.id });
  if (row) unit.enqueue('notification.send', { notificationId: row.id }, { by: to.chatId });
  return row !== undefined;
}

/** Results of this long ago are in the menus; a flood of old news would be no service. */
const AGAIN_DAYS = 7;

/** Whoever shut us out and let us in again is told what could not be told meanwhile, from where it was left off. */
export async function tellAgain(unit: Unit, chatId: number): Promise<void> {
  const owed = await unit.tx
    .update(notifications)
    .set({
      state: 'pending',
      error: null,
      attempts: 0,
      claimedUntil: null,
      nextCheckAt: sql`now() + interval '10 seconds'`,
    })
    .where(
      and(
        eq(notifications.userId, chatId),
        eq(notifications.chatId, chatId),
        eq(notifications.state, 'dropped'),
        gt(notifications.createdAt, sql`now() - make_interval(days => ${AGAIN_DAYS})`),
      ),
    )
    .returning({ id: notifications.id });
  for (const { id } of owed) unit.enqueue('notification.send', { notificationId: id }, { by: chatId });
}

/** The same about the service's own money. */
export async function alarmAboutMoney(unit: Unit, key: string, data: MoneyAlarm): Promise<void> {
  for (const id of unit.operators)
    await notify(unit, { userId: id, chatId: id }, `money:${key}:${id}`, { kind: 'money.alarm', data });
}

/** Owes every operator a message, once per key; whether it was the first time. */
export async function alarmOperators(
  unit: Unit,
  adminIds: readonly number[],
  key: string,
  data: Alarm,
): Promise<boolean> {
  let first = false;
  for (const id of adminIds)
    if (await notify(unit, { userId: id, chatId: id }, `${key}:${id}`, { kind: 'alarm', data })) first = true;
  return first;
}

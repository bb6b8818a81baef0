import { keepPayment, noteRefund, noteSubscription, type Unit } from '@aisha/core';
import { z } from 'zod';

/** Bot API, SuccessfulPayment. */
const successful = z.looseObject({
  currency: z.string(),
  total_amount: z.number().int(),
  invoice_payload: z.string(),
  telegram_payment_charge_id: z.string().min(1),
  provider_payment_charge_id: z.string().optional(),
  subscription_expiration_date: z.number().optional(),
});

/** Bot API, RefundedPayment. */
const refunded = z.looseObject({
  currency: z.string(),
  total_amount: z.number().int(),
  telegram_payment_charge_id: z.string().min(1),
});

const message = z.looseObject({
  date: z.number(),
  from: z.looseObject({ id: z.number(), is_bot: z.boolean().optional() }).optional(),
  chat: z.looseObject({ id: z.number() }),
  successful_payment: successful.optional(),
  refunded_payment: refunded.optional(),
});

/**
 * A message that tells of money: kept whoever is blocked and however much they wrote. What became of it is told apart, as it
 * may also be found in a statement. One that cannot be read is a failure of this update, never passed over.
 */
export async function notePayment(unit: Unit, said: object): Promise<void> {
  if (!('successful_payment' in said) && !('refunded_payment' in said)) return;
  const { date, from, chat, successful_payment: paid, refunded_payment: back } = message.parse(said);
  const userId = from && !from.is_bot ? from.id : chat.id;
  if (paid)
    await keepPayment(unit, {
      chargeId: paid.telegram_payment_charge_id,
      providerChargeId: paid.provider_payment_charge_id || null,
      userId,
      currency: paid.currency,
      amount: paid.total_amount,
      payload: paid.invoice_payload,
      until:
        paid.subscription_expiration_date === undefined
          ? null
          : new Date(paid.subscription_expiration_date * 1_000),
      paidAt: new Date(date * 1_000),
      source: 'update',
    });
  if (back)
    await noteRefund(unit, {
      chargeId: back.telegram_payment_charge_id,
      userId,
      currency: back.currency,
      amount: back.total_amount,
      at: new Date(date * 1_000),
      source: 'update',
    });
}

/** Bot API, BotSubscriptionUpdated. */
const subscription = z.looseObject({
  invoice_payload: z.string(),
  state: z.enum(['canceled', 'active', 'failed']),
});

/** Somebody changed a subscription in Telegram's own settings, or a renewal failed. */
export async function noteSubscriptionUpdate(unit: Unit, told: unknown): Promise<void> {
  const { invoice_payload: payload, state } = subscription.parse(told);
  await noteSubscription(unit, { payload, state: state === 'canceled' ? 'cancelled' : state });
}

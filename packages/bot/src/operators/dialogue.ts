import { PROMO_KINDS } from '@aisha/db';
import { z } from 'zod';
import { dialogue } from '../chat/dialogue.ts';

/** The next text names a person or an order. */
export const finding = dialogue('operator.find', {});
/** How many credits and why. */
export const adjusting = dialogue('operator.adjust', { userId: z.number(), take: z.boolean() });
/** `key`: however often it is confirmed, it is entered once. */
export const agreeing = dialogue('operator.adjust.confirm', {
  userId: z.number(),
  amount: z.number(),
  reason: z.string(),
  key: z.string(),
});
/** Why an order, or a payment, is given back. */
export const refundingOrder = dialogue('operator.order.refund', { orderId: z.string() });
export const refundingPayment = dialogue('operator.payment.refund', { paymentId: z.string() });
export const describingPromo = dialogue('operator.promo', { kind: z.enum(PROMO_KINDS) });
export const agreeingPromo = dialogue('operator.promo.confirm', {
  kind: z.enum(PROMO_KINDS),
  code: z.string(),
  value: z.number(),
  maxUses: z.number().nullable(),
  /** ISO 8601. */
  endsAt: z.string().nullable(),
});
export const stoppingPromo = dialogue('operator.promo.stop', {});
/** What is said beside our own words while maintenance is on. */
export const describingMaintenance = dialogue('operator.maintenance', {});
export const agreeingMaintenance = dialogue('operator.maintenance.confirm', { note: z.string() });
/** The next message is what everybody will get. */
export const writingBroadcast = dialogue('operator.broadcast', {});
/** The next message, a text or a photo, takes the place of the draft's. */
export const changingBroadcast = dialogue('operator.broadcast.change', { broadcastId: z.string() });
export const buttonsOfBroadcast = dialogue('operator.broadcast.buttons', { broadcastId: z.string() });

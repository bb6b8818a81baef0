import { notify, type PaymentAlarm } from '../notifications/notifications.ts';
import type { Unit } from '../unit.ts';

/** Tells every operator that a payment needs one, once for each trouble with each charge. */
export async function alarmAboutPayment(
  unit: Unit,
  { chargeId, userId, currency, amount }: Omit<PaymentAlarm, 'trouble'>,
  trouble: PaymentAlarm['trouble'],
): Promise<void> {
  unit.noteAlarm(`a payment needs an operator: ${trouble}`, { chargeId, userId });
  for (const operator of unit.operators)
    await notify(unit, { userId: operator, chatId: operator }, `payment:${chargeId}:${trouble}:${operator}`, {
      kind: 'payment.alarm',
      data: { trouble, chargeId, userId, currency, amount },
    });
}

import { accountOf, type Doubt, type MoneyAlarm, type Payment, type PaymentAlarm } from '@aisha/core';
import type { Db } from '@aisha/db';
import { button } from '../buttons.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';

/** What became of a payment: credited, or given back. */
export async function paymentScreen(db: Db, voice: Voice, payment: Payment): Promise<Screen> {
  const price = voice.money(payment);
  const { available: balance } = await accountOf(db, payment.userId);
  const buttons = [[button(voice.label('menu.balance'), 'balance'), menuButton(voice)]];
  if (payment.state === 'refunded')
    return {
      text: voice.t('payment.refunded', { price, count: payment.takenBack, balance }),
      buttons,
    };
  if (payment.invoiceId === null) return { text: voice.t('payment.no_invoice', { price }), buttons };
  return { text: voice.t('payment.kept', { price, count: payment.credits, balance }), buttons };
}

/** For operators: the service's own money. */
export function moneyAlarmScreen(
  voice: Voice,
  { about, count = 0, usd = 0, cap = 0, provider = '' }: MoneyAlarm,
): Screen {
  return { text: voice.t(`money.alarm.${about}`, { n: count, usd: usd.toFixed(2), cap, provider }) };
}

/** For operators. */
export function paymentAlarmScreen(voice: Voice, alarm: PaymentAlarm): Screen {
  return {
    text: voice.t(`payment.alarm.${alarm.trouble}`, {
      price: voice.money(alarm),
      user: alarm.userId,
      charge: alarm.chargeId,
    }),
  };
}

/** Both are told what an invitation brought them. */
export const referralScreen = (voice: Voice, credits: number, inviter: boolean): Screen => ({
  text: voice.t(inviter ? 'invite.credited' : 'invite.credited.invited', { credits: voice.credits(credits) }),
  buttons: [[button(voice.label('menu.balance'), 'balance'), menuButton(voice)]],
});

/** For operators. */
export const referralDoubtScreen = (voice: Voice, inviterId: number, doubt: Doubt): Screen => ({
  text: voice.t('invite.doubted', { user: inviterId, doubt: voice.t(`invite.doubt.${doubt}`) }),
});

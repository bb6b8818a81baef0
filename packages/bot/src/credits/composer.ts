import {
  groupsPaidBy,
  invitesAnybody,
  ledgerPage,
  openAccount,
  redeemPromoCode,
  stopPaying,
  subscriptionOf,
  waitingOf,
} from '@aisha/core';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onCommand, onText } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { promoCode } from './dialogue.ts';
import { invite, inviteAnswers } from './invite.ts';
import { balanceScreen, promoCodeScreen } from './screens.ts';
import { subscriptionAnswers } from './subscription.ts';
import { answerSupportTalk, supportAnswers } from './support.ts';
import { answerCheckouts, topUpAnswers } from './topup.ts';

export function creditsComposer() {
  const composer = new Composer();
  answerCheckouts(composer);
  answerSupportTalk(composer);
  onCommand(composer, 'invite', invite);
  onCommand(composer, 'balance', (turn) => balance(turn, 0));
  onText(composer, promoCode, redeem);
  return composer;
}

export const creditAnswers = {
  ...topUpAnswers,
  ...subscriptionAnswers,
  ...inviteAnswers,
  ...supportAnswers,
  balance: (turn, page) => balance(turn, page),
  promo: (turn) => {
    turn.state = promoCode.at({});
    turn.show(promoCodeScreen(turn, 'promo.ask'));
  },
  'group.pay.stop': async (turn, chatId) => {
    const stopped = await stopPaying(turn.unit, turn.user.id, chatId);
    turn.toast(stopped ? 'group.pay.stopped' : 'button.outdated');
    await balance(turn, 0);
  },
} satisfies Partial<Answers>;

async function balance(turn: Turn, page: number): Promise<void> {
  turn.state = IDLE;
  turn.show(await screen(turn, page));
}

async function screen(turn: Turn, page: number, greeting = '') {
  const { unit, user } = turn;
  const account = await openAccount(unit, user.id);
  return balanceScreen(
    turn,
    {
      account,
      history: await ledgerPage(unit.tx, user.id, page),
      subscription: await subscriptionOf(unit.tx, user.id),
      waiting: await waitingOf(unit.tx, user.id),
      invites: invitesAnybody(unit),
      subscribes: unit.sales.plans.length > 0,
      groups: await groupsPaidBy(unit.tx, user.id),
    },
    greeting,
  );
}

async function redeem(turn: Turn, typed: string): Promise<void> {
  await openAccount(turn.unit, turn.user.id);
  const outcome = await redeemPromoCode(turn.unit, turn.user.id, typed);
  if ('refused' in outcome) return turn.send(promoCodeScreen(turn, `promo.${outcome.refused}`));
  turn.state = IDLE;
  const greeting =
    'waits' in outcome
      ? turn.t(`promo.waits.${outcome.waits}`, { percent: outcome.percent })
      : turn.t('promo.accepted', { count: outcome.credits });
  turn.send(await screen(turn, 0, `${greeting}\n\n`));
}

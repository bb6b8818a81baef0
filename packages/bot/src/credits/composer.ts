import { ledgerPage, openAccount, redeemPromoCode } from '@aisha/core';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onCommand, onText } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { promoCode } from './dialogue.ts';
import { balanceScreen, promoCodeScreen } from './screens.ts';
import { answerCheckouts, topUpAnswers } from './topup.ts';

export function creditsComposer() {
  const composer = new Composer();
  answerCheckouts(composer);
  onCommand(composer, 'balance', (turn) => balance(turn, 0));
  onText(composer, promoCode, redeem);
  return composer;
}

export const creditAnswers = {
  ...topUpAnswers,
  balance: (turn, page) => balance(turn, page),
  promo: (turn) => {
    turn.state = promoCode.at({});
    turn.show(promoCodeScreen(turn, 'promo.ask'));
  },
} satisfies Partial<Answers>;

async function balance(turn: Turn, page: number): Promise<void> {
  turn.state = IDLE;
  const account = await openAccount(turn.unit, turn.user.id);
  turn.show(balanceScreen(turn, account, await ledgerPage(turn.unit.tx, turn.user.id, page)));
}

async function redeem(turn: Turn, typed: string): Promise<void> {
  await openAccount(turn.unit, turn.user.id);
  const outcome = await redeemPromoCode(turn.unit, turn.user.id, typed);
  if ('refused' in outcome) return turn.send(promoCodeScreen(turn, `promo.${outcome.refused}`));
  turn.state = IDLE;
  const page = await ledgerPage(turn.unit.tx, turn.user.id, 0);
  const account = await openAccount(turn.unit, turn.user.id);
  turn.send(
    balanceScreen(turn, account, page, `${turn.t('promo.accepted', { count: outcome.credits })}\n\n`),
  );
}

import { ledgerPage, redeemPromoCode } from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import { IDLE } from '../chat/dialogue.ts';
import { balanceScreen, promoCodeScreen } from './screens.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { onCommand, onPress, type Press } from '../chat/route.ts';

export function creditsComposer() {
  const composer = new Composer();
  onCommand(composer, 'balance', (turn) => balance(turn));
  onPress(composer, 'balance', balance);
  onPress(composer, 'promo', (turn) => {
    turn.state = { name: 'promo.code' };
    turn.show(promoCodeScreen(turn, 'promo.ask'));
  });
  composer.on(message('text'), (ctx, next) => {
    const turn = turnOf(ctx);
    return turn.isPrivate && turn.state.name === 'promo.code' && !ctx.message.text.startsWith('/')
      ? redeem(turn, ctx.message.text)
      : next();
  });
  return composer;
}

const balance: Press = async (turn, at = '0') => {
  turn.state = IDLE;
  turn.show(balanceScreen(turn, await ledgerPage(turn.unit.tx, turn.user.id, Number(at) || 0)));
};

async function redeem(turn: Turn, typed: string): Promise<void> {
  const outcome = await redeemPromoCode(turn.unit.tx, turn.user.id, typed);
  if ('refused' in outcome) return turn.send(promoCodeScreen(turn, `promo.${outcome.refused}`));
  turn.state = IDLE;
  const page = await ledgerPage(turn.unit.tx, turn.user.id, 0);
  turn.send(balanceScreen(turn, page, `${turn.t('promo.accepted', { count: outcome.credits })}\n\n`));
}

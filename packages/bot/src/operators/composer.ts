import { blockPerson, figures, findPerson, personCard } from '@aisha/core';
import { Composer } from 'telegraf';
import { type Answers } from '../buttons.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { cardScreen, figuresScreen } from './screens.ts';

/** `/admin`, and `/admin` with a number or name. To who is no operator it is a command like any that does not exist. */
export function operatorsComposer() {
  const composer = new Composer();
  composer.command('admin', async (ctx, next) => {
    const turn = turnOf(ctx);
    if (!turn.isOperator) return next();
    const whom = ctx.payload.trim();
    if (!whom) return turn.send(figuresScreen(turn, await figures(turn.unit.tx)));
    const person = await findPerson(turn.unit.tx, whom);
    const card = person && (await personCard(turn.unit.tx, person.id));
    turn.send(card ? cardScreen(turn, card) : { text: turn.t('admin.nobody') });
  });
  return composer;
}

async function block(turn: Turn, userId: number, blocked: boolean): Promise<void> {
  await blockPerson(turn.unit, turn.user.id, userId, { blocked });
  const card = await personCard(turn.unit.tx, userId);
  if (!card) return turn.toast('button.outdated');
  turn.show(cardScreen(turn, card));
}

export const operatorAnswers = {
  admin: async (turn) => turn.show(figuresScreen(turn, await figures(turn.unit.tx))),
  'admin.block': (turn, userId) => block(turn, userId, true),
  'admin.unblock': (turn, userId) => block(turn, userId, false),
} satisfies Partial<Answers>;

import { figures } from '@aisha/core';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { turnOf } from '../chat/turn-context.ts';
import { alarmAnswers } from './alarms.ts';
import { answerBroadcasts, broadcastAnswers } from './broadcast.ts';
import { answerMaintenance, maintenanceAnswers } from './maintenance.ts';
import { answerOrders, orderOperatorAnswers } from './orders.ts';
import { answerPeople, find, peopleAnswers } from './people.ts';
import { answerPromo, promoAnswers } from './promo.ts';
import { figuresScreen } from './screens.ts';

/** `/admin`, and `/admin` with a number or name. To who is no operator it is a command like any that does not exist. */
export function operatorsComposer() {
  const composer = new Composer();
  composer.command('admin', async (ctx, next) => {
    const turn = turnOf(ctx);
    if (!turn.isOperator) return next();
    turn.state = IDLE;
    const whom = ctx.payload.trim();
    if (whom) return find(turn, whom);
    turn.send(figuresScreen(turn, await figures(turn.unit.tx)));
  });
  answerPeople(composer);
  answerOrders(composer);
  answerPromo(composer);
  answerBroadcasts(composer);
  answerMaintenance(composer);
  return composer;
}

export const operatorAnswers = {
  ...peopleAnswers,
  ...orderOperatorAnswers,
  ...promoAnswers,
  ...alarmAnswers,
  ...broadcastAnswers,
  ...maintenanceAnswers,
  admin: async (turn) => {
    turn.state = IDLE;
    turn.show(figuresScreen(turn, await figures(turn.unit.tx)));
  },
} satisfies Partial<Answers>;

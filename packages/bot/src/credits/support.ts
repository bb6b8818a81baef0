import {
  answerSupport,
  askSupport,
  findPayment,
  findSupportMessage,
  findUser,
  listPayments,
  type Payment,
  refundPaymentBy,
  type SupportMessage,
} from '@aisha/core';
import type { Db } from '@aisha/db';
import type { Composer, Context } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onCommand, onText } from '../chat/route.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';
import { supportQuestion, supportReply } from './dialogue.ts';

/** Telegram demands both of every bot that takes money. */
export function answerSupportTalk(composer: Composer<Context>): void {
  onCommand(composer, 'paysupport', ask);
  onCommand(composer, 'terms', terms);
  onText(composer, supportQuestion, async (turn, text) => {
    const kept = await askSupport(turn.unit, turn.user.id, text);
    turn.state = IDLE;
    turn.send(backScreen(turn, turn.t(kept ? 'support.kept' : 'support.too_much')));
  });
  onText(composer, supportReply, async (turn, text, { questionId }) => {
    turn.state = IDLE;
    if (!turn.isOperator) return turn.send(backScreen(turn, turn.t('unknown.text')));
    const answer = await answerSupport(turn.unit, turn.user.id, questionId, text);
    turn.send({ text: turn.t(answer ? 'support.sent' : 'button.outdated') });
  });
}

export const supportAnswers = {
  paysupport: ask,
  terms,
  'support.reply': async (turn, questionId) => {
    const question = await findSupportMessage(turn.unit.tx, questionId);
    if (!question) return turn.toast('button.outdated');
    turn.state = supportReply.at({ questionId });
    const asker = await findUser(turn.unit.tx, question.userId);
    turn.send({
      text: turn.t('support.reply.ask', { name: asker?.firstName ?? '', user: question.userId }),
      buttons: [[button(turn.label('button.cancel'), 'cancel')]],
    });
  },
  'support.refund': async (turn, paymentId) => {
    const payment = await findPayment(turn.unit.tx, paymentId);
    if (!payment) return turn.toast('button.outdated');
    turn.send({
      text: turn.t('support.refund.ask', paymentParams(turn, payment)),
      buttons: [
        [button(turn.label('support.refund.yes'), 'support.refund.yes', paymentId)],
        [button(turn.label('button.cancel'), 'cancel')],
      ],
    });
  },
  'support.refund.yes': async (turn, paymentId) => {
    const payment = await findPayment(turn.unit.tx, paymentId);
    if (!payment) return turn.toast('button.outdated');
    const outcome = await refundPaymentBy(turn.unit, turn.user.id, payment.chargeId, 'paysupport');
    turn.show({
      text: turn.t(
        outcome.kind === 'begun' ? 'support.refund.begun' : `support.refund.${outcome.reason}`,
        paymentParams(turn, outcome.kind === 'begun' ? outcome.payment : payment),
      ),
    });
  },
} satisfies Partial<Answers>;

function ask(turn: Turn): void {
  turn.state = supportQuestion.at({});
  turn.show({
    text: turn.t('support.ask'),
    buttons: [[button(turn.label('button.cancel'), 'balance')]],
  });
}

function terms(turn: Turn): void {
  turn.show({
    text: turn.t('terms.text'),
    buttons: [[button(turn.label('balance.support'), 'paysupport')], [menuButton(turn)]],
  });
}

const backScreen = (voice: Voice, text: string): Screen => ({
  text,
  buttons: [[button(voice.label('menu.balance'), 'balance'), menuButton(voice)]],
});

export const paymentParams = (voice: Voice, payment: Payment) => ({
  price: voice.money(payment),
  date: voice.date(payment.paidAt),
  user: payment.userId,
  credits: voice.credits(payment.credits),
  taken: voice.credits(payment.takenBack),
  charge: payment.chargeId,
});

/** Payments that an operator sees beside a question. */
const SHOWN_PAYMENTS = 3;

/** For operators: what was asked, and what its asker paid last. */
export async function questionScreen(db: Db, voice: Voice, question: SupportMessage): Promise<Screen> {
  const { userId } = question;
  const asker = await findUser(db, userId);
  const paid = await listPayments(db, { userId, limit: SHOWN_PAYMENTS });
  const lines = paid.map((payment) =>
    voice.t(`support.payment.${payment.state}`, paymentParams(voice, payment)),
  );
  return {
    text: [
      voice.t('support.question', { name: asker?.firstName ?? '', user: userId, text: question.text }),
      lines.join('\n'),
    ]
      .filter(Boolean)
      .join('\n\n'),
    buttons: [
      [button(voice.label('support.reply'), 'support.reply', question.id)],
      ...paid
        .filter(({ state }) => state === 'paid')
        .map((payment) => [
          button(
            voice.label('support.refund', { price: voice.money(payment), date: voice.date(payment.paidAt) }),
            'support.refund',
            payment.id,
          ),
        ]),
    ],
  };
}

/** What an operator answered, to whom it is for. */
export const answerScreen = (voice: Voice, { text }: SupportMessage): Screen => ({
  text: voice.t('support.answer', { text }),
  buttons: [[button(voice.label('support.write_again'), 'paysupport')], [menuButton(voice)]],
});

/** The same, to the other operators. */
export const answeredScreen = (voice: Voice, { text, userId, operatorId }: SupportMessage): Screen => ({
  text: voice.t('support.answered', { text, user: userId, operator: operatorId ?? 0 }),
});

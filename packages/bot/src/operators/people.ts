import { randomUUID } from 'node:crypto';
import {
  adjustCredits,
  blockPerson,
  findOrder,
  findPayment,
  findPerson,
  findUser,
  ledgerPage,
  listActions,
  listPayments,
  personCard,
  refundPaymentBy,
  type User,
} from '@aisha/core';
import type { Composer, Context } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { pageButtons } from '../chat/pages.ts';
import { during } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { entryLines } from '../credits/screens.ts';
import { paymentParams } from '../credits/support.ts';
import { adjusting, agreeing, finding, refundingPayment } from './dialogue.ts';
import { showOrder } from './orders.ts';
import { onOperatorText } from './route.ts';
import { boardButton, cardScreen, personButton } from './screens.ts';
import { actionWords, operatorWord } from './words.ts';

/** A dialogue's question, with the way out to somebody's card. */
const asking = (turn: Turn, userId: number, text: string) =>
  turn.show({ text, buttons: [[personButton(turn, userId)]] });

/** Somebody by number or name, or an order by its id. */
export async function find(turn: Turn, wanted: string): Promise<void> {
  const isOrder = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(wanted);
  const order = isOrder ? await findOrder(turn.unit.tx, wanted) : null;
  const person = isOrder ? null : await findPerson(turn.unit.tx, wanted);
  if (!order && !person) return turn.send({ text: turn.t('admin.nobody'), buttons: [[boardButton(turn)]] });
  turn.state = IDLE;
  if (order) return showOrder(turn, order.id);
  if (person) await showCard(turn, person.id);
}

async function showCard(turn: Turn, userId: number): Promise<void> {
  const card = await personCard(turn.unit.tx, userId);
  if (!card) return turn.toast('button.outdated');
  turn.show(cardScreen(turn, card));
}

async function block(turn: Turn, userId: number, blocked: boolean): Promise<void> {
  await blockPerson(turn.unit, turn.user.id, userId, { blocked });
  await showCard(turn, userId);
}

const nameOf = ({ username, firstName }: User) => (username ? `@${username}` : firstName);

/** `100 why`: whole credits and a reason on one line. */
const ADJUSTMENT = /^(\d{1,9})[\s,;:—-]+(\S[\s\S]*)$/;
const LONGEST_REASON = 300;

function askAmount(turn: Turn, userId: number, take: boolean): void {
  turn.state = adjusting.at({ userId, take });
  asking(turn, userId, turn.t(take ? 'admin.take.ask' : 'admin.grant.ask'));
}

export function answerPeople(composer: Composer<Context>): void {
  onOperatorText(composer, finding, find);
  onOperatorText(composer, adjusting, async (turn, text, { userId, take }) => {
    const [, given, why] = ADJUSTMENT.exec(text) ?? [];
    const user = await findUser(turn.unit.tx, userId);
    if (!user || !given || !why) return asking(turn, userId, turn.t('admin.adjust.wrong'));
    const reason = why.slice(0, LONGEST_REASON);
    const credits = Number(given);
    turn.state = agreeing.at({ userId, amount: take ? -credits : credits, reason, key: randomUUID() });
    turn.send({
      text: turn.t(take ? 'admin.take.confirm' : 'admin.grant.confirm', {
        credits: turn.credits(credits),
        name: nameOf(user),
        user: userId,
        reason,
      }),
      buttons: [[button(turn.label('admin.yes'), 'admin.adjust.yes'), personButton(turn, userId)]],
    });
  });
  onOperatorText(composer, refundingPayment, async (turn, reason, { paymentId }) => {
    turn.state = IDLE;
    const payment = await findPayment(turn.unit.tx, paymentId);
    if (!payment) return turn.toast('button.outdated');
    const outcome = await refundPaymentBy(
      turn.unit,
      turn.user.id,
      payment.chargeId,
      reason.slice(0, LONGEST_REASON),
    );
    turn.send({
      text: turn.t(
        outcome.kind === 'begun' ? 'support.refund.begun' : `support.refund.${outcome.reason}`,
        paymentParams(turn, outcome.kind === 'begun' ? outcome.payment : payment),
      ),
      buttons: [[personButton(turn, payment.userId), boardButton(turn)]],
    });
  });
}

/** Payments that are shown, and journal's lines. */
const PAYMENTS = 5;
const JOURNAL = 12;

export const peopleAnswers = {
  'admin.find': (turn) => {
    turn.state = finding.at({});
    turn.show({ text: turn.t('admin.find.ask'), buttons: [[boardButton(turn)]] });
  },
  'admin.user': (turn, userId) => {
    turn.state = IDLE;
    return showCard(turn, userId);
  },
  'admin.block': (turn, userId) => block(turn, userId, true),
  'admin.unblock': (turn, userId) => block(turn, userId, false),
  'admin.grant': (turn, userId) => askAmount(turn, userId, false),
  'admin.take': (turn, userId) => askAmount(turn, userId, true),
  'admin.adjust.yes': during(agreeing, async (turn, { userId, amount, reason, key }) => {
    turn.state = IDLE;
    const outcome = await adjustCredits(turn.unit, turn.user.id, { userId, amount, reason, key });
    if (outcome.kind === 'again') return turn.toast('admin.adjust.again');
    if (outcome.kind === 'entered') return showCard(turn, userId);
    const { reason: why } = outcome;
    if (why === 'unknown') return turn.toast('button.outdated');
    const missing = why === 'missing' ? { available: turn.credits(outcome.available) } : {};
    asking(turn, userId, turn.t(`admin.adjust.${why}`, missing));
  }),
  'admin.ledger': async (turn, userId, wanted) => {
    const shown = await ledgerPage(turn.unit.tx, userId, wanted);
    const title = turn.t('admin.ledger.title', { user: userId, balance: turn.credits(shown.balance) });
    turn.show({
      text: [title, ...entryLines(turn, shown)].join('\n'),
      buttons: [
        pageButtons(turn, shown.page, shown.pages, (text, to) => button(text, 'admin.ledger', userId, to)),
        [personButton(turn, userId)],
      ],
    });
  },
  'admin.payments': async (turn, userId) => {
    turn.state = IDLE;
    const paid = await listPayments(turn.unit.tx, { userId, limit: PAYMENTS });
    const lines = paid.map((one) => turn.t(`support.payment.${one.state}`, paymentParams(turn, one)));
    turn.show({
      text: [
        turn.t('admin.payments.title', { user: userId }),
        ...(paid.length === 0 ? [turn.t('admin.payments.none')] : lines),
      ].join('\n'),
      buttons: [
        ...paid
          .filter(({ state }) => state === 'paid')
          .map((one) => [
            button(
              turn.label('support.refund', { price: turn.money(one), date: turn.date(one.paidAt) }),
              'admin.payment.refund',
              one.id,
            ),
          ]),
        [personButton(turn, userId)],
      ],
    });
  },
  'admin.payment.refund': async (turn, paymentId) => {
    const payment = await findPayment(turn.unit.tx, paymentId);
    if (!payment) return turn.toast('button.outdated');
    turn.state = refundingPayment.at({ paymentId });
    const { price, date } = paymentParams(turn, payment);
    asking(turn, payment.userId, turn.t('admin.payment.refund.ask', { price, date }));
  },
  'admin.journal': async (turn, userId) => {
    const done = await listActions(turn.unit.tx, {
      userId: userId === 'all' ? undefined : userId,
      limit: JOURNAL,
    });
    const lines = done.map((one) =>
      turn.t('admin.journal.line', {
        date: turn.date(one.createdAt),
        by: operatorWord(turn, one.operator),
        what: actionWords(turn, one),
      }),
    );
    turn.show({
      text: [
        turn.t('admin.journal.title'),
        ...(lines.length === 0 ? [turn.t('admin.journal.none')] : lines),
      ].join('\n'),
      buttons: [[userId === 'all' ? boardButton(turn) : personButton(turn, userId)]],
    });
  },
} satisfies Partial<Answers>;

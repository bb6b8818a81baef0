import type { SendOutcome } from '@aisha/providers';
import { z } from 'zod';
import type { PaymentProvider, RefundOutcome, Statement } from './provider.ts';

export const STARS = 'XTR';

/** The most lines that Telegram gives at once. */
const PAGE = 100;

const partner = z.looseObject({
  type: z.string(),
  transaction_type: z.string().optional(),
  user: z.looseObject({ id: z.number() }).optional(),
  invoice_payload: z.string().optional(),
});
/** Bot API, StarTransaction: a refund has the id of its payment, and a receiver in the place of a source. */
const transaction = z.looseObject({
  id: z.string(),
  amount: z.number(),
  date: z.number(),
  source: partner.optional(),
  receiver: partner.optional(),
});
const answer = z.looseObject({ transactions: z.array(transaction) });

/** Telegram Stars: Telegram itself is the provider. */
export const stars: PaymentProvider = {
  price: (_sales, pack) => ({ currency: STARS, amount: pack.stars }),
  takes: (currency) => currency === STARS,

  async refund(telegram, { userId, chargeId }, signal) {
    const outcome = await telegram.call(
      'refundStarPayment',
      { user_id: userId, telegram_payment_charge_id: chargeId },
      { priority: 'result', signal },
    );
    return refundOf(outcome);
  },

  async statement(telegram, position, signal) {
    const outcome = await telegram.call(
      'getStarTransactions',
      { offset: position, limit: PAGE },
      { priority: 'bulk', signal },
    );
    if (outcome.kind !== 'ok') return { kind: 'retry', why: 'why' in outcome ? outcome.why : outcome.kind };
    const { transactions } = answer.parse(outcome.result);
    return { kind: 'page', lines: transactions.flatMap(lineOf), read: transactions.length };
  },
};

function refundOf(outcome: SendOutcome<true>): RefundOutcome {
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'refunded' };
    case 'refused':
      return /CHARGE_ALREADY_REFUNDED/.test(outcome.description)
        ? { kind: 'refunded' }
        : { kind: 'refused', why: outcome.description };
    case 'retry':
      return { kind: 'retry', afterMs: outcome.afterMs, why: outcome.why };
    case 'unknown':
      // Repeated, it is told that it was done.
      return { kind: 'retry', afterMs: 5_000, why: outcome.why };
    case 'unchanged':
    case 'unreachable':
    case 'forbidden':
    case 'no-topic':
    case 'migrated':
      return { kind: 'refused', why: outcome.kind };
    default:
      return outcome satisfies never;
  }
}

/** Withdrawals, gifts and advertisements are the operator's own business. */
function lineOf({ id, amount, date, source, receiver }: z.infer<typeof transaction>): Statement[] {
  const other = source ?? receiver;
  const isOurs =
    other?.type === 'user' &&
    other.user !== undefined &&
    (other.transaction_type === undefined || other.transaction_type === 'invoice_payment');
  if (!isOurs || !other.user) return [];
  return [
    {
      chargeId: id,
      kind: source ? 'payment' : 'refund',
      userId: other.user.id,
      currency: STARS,
      amount,
      payload: other.invoice_payload ?? '',
      at: new Date(date * 1_000),
    },
  ];
}

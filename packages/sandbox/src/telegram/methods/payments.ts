import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { badRequest } from '../errors.ts';
import type { Bot, InvoiceTerms } from '../model.ts';
import type { Queries } from '../queries.ts';
import type { Invoice, Message } from '../types.ts';
import type { Call } from './method.ts';
import { send, targetChat } from './send.ts';

const MONTH_SECONDS = 2_592_000;
const MAX_STARS = 100_000;
const prices = z.array(z.object({ label: z.string().min(1), amount: z.number().int() }));

function terms({ bot, params }: Call): InvoiceTerms {
  const title = params.required('title');
  const description = params.required('description');
  const payload = params.required('payload');
  const currency = params.required('currency').toUpperCase();
  if (title.length > 32) throw badRequest('INVOICE_TITLE_INVALID');
  if (description.length > 255) throw badRequest('INVOICE_DESCRIPTION_INVALID');
  if (Buffer.byteLength(payload) > 128) throw badRequest('INVOICE_PAYLOAD_INVALID');
  const given = params.json('prices');
  const parsed = prices.safeParse(given);
  if (!parsed.success || parsed.data.length === 0) throw badRequest('expected an Array of LabeledPrice');
  const amount = parsed.data.reduce((sum, price) => sum + price.amount, 0);
  if (currency === 'XTR') checkStars(params.text('provider_token'), parsed.data.length, amount);
  else if (!/^[A-Z]{3}$/.test(currency)) throw badRequest('CURRENCY_INVALID');
  else if (!/^\d+:TEST:/.test(params.text('provider_token') ?? ''))
    throw badRequest('PAYMENT_PROVIDER_INVALID');
  const subscription = params.integer('subscription_period', 0);
  if (subscription !== 0 && subscription !== MONTH_SECONDS) throw badRequest('SUBSCRIPTION_PERIOD_INVALID');
  return {
    botId: bot.id,
    title,
    description,
    payload,
    currency,
    amount,
    photoUrl: params.text('photo_url'),
    subscriptionSeconds: subscription === 0 ? undefined : subscription,
    paidBy: [],
  };
}

/** Stars know one price and no provider. */
function checkStars(providerToken: string | undefined, count: number, amount: number): void {
  if (providerToken !== undefined && providerToken !== '') throw badRequest('PAYMENT_PROVIDER_INVALID');
  if (count !== 1) throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID');
  if (amount < 1 || amount > MAX_STARS) throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID');
}

export function sendInvoice(call: Call): Message {
  const chat = targetChat(call);
  const agreed = terms(call);
  const invoice: Invoice = {
    title: agreed.title,
    description: agreed.description,
    start_parameter: call.params.text('start_parameter') ?? '',
    currency: agreed.currency,
    total_amount: agreed.amount,
  };
  return send(call, chat, { content: { invoice }, invoice: agreed });
}

export function createInvoiceLink(call: Call): string {
  const slug = randomBytes(12).toString('base64url');
  call.queries.links.set(slug, terms(call));
  call.world.onChange();
  return `https://t.me/$${slug}`;
}

export function answerPreCheckoutQuery({ bot, params, queries }: Call): true {
  const ok = params.flag('ok');
  const error = params.text('error_message') ?? '';
  if (!ok && error === '') throw badRequest('parameter "error_message" is required');
  queries.answerCheckout(bot, params.required('pre_checkout_query_id'), ok, error);
  return true;
}

export function refundStarPayment({ bot, params, queries, world }: Call): true {
  queries.refund(bot, params.integer('user_id', 0), params.required('telegram_payment_charge_id'));
  world.onChange();
  return true;
}

/** Of Stars alone; a refund is a transaction of its own, with the id of its payment. */
export function getStarTransactions({ world, bot, params, queries }: Call): object {
  const offset = params.integer('offset', 0, 0);
  const limit = params.integer('limit', 100, 1, 100);
  const transactions = ownCharges(queries, bot).flatMap((charge) => {
    const { id, terms: agreed, date, refundedAt } = charge;
    const partner = {
      type: 'user',
      transaction_type: 'invoice_payment',
      user: world.userObject(charge.userId),
      invoice_payload: agreed.payload,
      subscription_period: agreed.subscriptionSeconds,
    };
    const paid = { id, amount: agreed.amount, date, source: partner };
    return refundedAt === undefined
      ? [paid]
      : [paid, { id, amount: agreed.amount, date: refundedAt, receiver: partner }];
  });
  const chronological = transactions.toSorted((a, b) => a.date - b.date);
  return { transactions: chronological.slice(offset, offset + limit) };
}

const ownCharges = (queries: Queries, bot: Bot) =>
  [...queries.charges.values()].filter(
    (charge) => charge.botId === bot.id && charge.terms.currency === 'XTR',
  );

export function editUserStarSubscription({ bot, params, queries, world }: Call): true {
  queries.editSubscription(
    bot,
    params.integer('user_id', 0),
    params.required('telegram_payment_charge_id'),
    params.flag('is_canceled'),
  );
  world.onChange();
  return true;
}

export function getMyStarBalance({ bot, queries }: Call): object {
  const kept = ownCharges(queries, bot).filter(({ refunded }) => !refunded);
  return { amount: kept.reduce((sum, charge) => sum + charge.terms.amount, 0) };
}

export function answerCallbackQuery({ bot, params, queries }: Call): true {
  const text = params.text('text') ?? '';
  if (text.length > 200) throw badRequest('MESSAGE_TOO_LONG');
  queries.answerCallback(bot, params.text('callback_query_id') ?? '', {
    text,
    showAlert: params.flag('show_alert'),
    url: params.text('url'),
  });
  return true;
}

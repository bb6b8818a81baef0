import { randomBytes } from 'node:crypto';
import { unixTime } from './clock.ts';
import { badRequest } from './errors.ts';
import type { Bot, Chat, InvoiceTerms, StarSubscription, StoredMessage } from './model.ts';
import { renderMessage } from './render.ts';
import type { SuccessfulPayment } from './types.ts';
import { enqueue, enqueueMessage, orderKey, QUERY_LIFETIME } from './updates.ts';
import { bigId, type World } from './world.ts';

const DAY = 86_400;
/** A checkout not approved by then is cancelled. */
const CHECKOUT_SECONDS = 10;
export const tooOld = () =>
  badRequest('query is too old and response timeout expired or query ID is invalid');

export interface CallbackAnswer {
  text: string;
  showAlert: boolean;
  url?: string | undefined;
}

interface OpenCallback {
  bot: Bot;
  chat: Chat;
  messageId: number;
  /** Milliseconds. */
  at: number;
}

export interface Charge {
  id: string;
  botId: number;
  userId: number;
  chatKey: string;
  terms: InvoiceTerms;
  /** Unix seconds. */
  date: number;
  refunded: boolean;
  /** Of the refund, unix seconds. */
  refundedAt?: number | undefined;
}

/** How a payment ended. */
export type PaymentOutcome =
  | { outcome: 'paid'; chargeId: string }
  | { outcome: 'declined'; reason: string }
  | { outcome: 'timeout' };

interface OpenCheckout {
  bot: Bot;
  finish: (answer: { ok: boolean; error: string } | null) => void;
}

/** Questions that wait for the bot: button presses and checkouts; and what was paid. */
export class Queries {
  readonly #world: World;
  readonly #callbackMs: number;
  readonly #callbacks = new Map<string, OpenCallback>();
  readonly #checkouts = new Map<string, OpenCheckout>();
  readonly charges = new Map<string, Charge>();
  readonly links = new Map<string, InvoiceTerms>();
  /** By the id of their first charge. */
  readonly subscriptions = new Map<string, StarSubscription>();

  /** @param callbackSeconds how long a button press may be answered */
  constructor(world: World, callbackSeconds: number) {
    this.#world = world;
    this.#callbackMs = callbackSeconds * 1000;
  }

  /** A person presses a button; @returns the query's id */
  press(bot: Bot, chat: Chat, message: StoredMessage, userId: number, data: string): string {
    const id = bigId();
    const world = this.#world;
    this.#callbacks.set(id, { bot, chat, messageId: message.id, at: world.clock.now() });
    chat.lastHeardAt = world.clock.now();
    const payload = {
      id,
      from: world.userObject(userId),
      message: message.deleted
        ? { message_id: message.id, chat: world.chatObject(chat), date: 0 }
        : renderMessage(world, bot, chat, message),
      chat_instance: `${chat.id * 7919}`,
      data,
    };
    enqueue(
      bot,
      'callback_query',
      orderKey.callback(userId),
      payload,
      unixTime(world.clock) + QUERY_LIFETIME,
    );
    return id;
  }

  answerCallback(bot: Bot, id: string, answer: CallbackAnswer): void {
    const open = this.#callbacks.get(id);
    this.#callbacks.delete(id);
    if (open?.bot !== bot || this.#world.clock.now() - open.at > this.#callbackMs) throw tooOld();
    this.#world.happened(open.chat, 'callback_answer', { id, ...answer }, open.messageId);
  }

  /** A person pays; resolves when the bot has agreed or not, or its ten seconds are over. */
  pay(
    bot: Bot,
    chat: Chat,
    userId: number,
    terms: InvoiceTerms,
    messageId?: number,
  ): Promise<PaymentOutcome> {
    const world = this.#world;
    if (terms.paidBy.includes(userId)) throw badRequest('INVOICE_ALREADY_PAID');
    const id = bigId();
    return new Promise((resolve) => {
      const cancel = world.clock.after(CHECKOUT_SECONDS * 1000, () => {
        this.#checkouts.get(id)?.finish(null);
      });
      this.#checkouts.set(id, {
        bot,
        finish: (answer) => {
          cancel();
          this.#checkouts.delete(id);
          const outcome = this.#settle(bot, chat, userId, terms, answer);
          world.happened(chat, 'checkout', { id, ...outcome }, messageId);
          resolve(outcome);
        },
      });
      const payload = {
        id,
        from: world.userObject(userId),
        currency: terms.currency,
        total_amount: terms.amount,
        invoice_payload: terms.payload,
      };
      const expiresAt = unixTime(world.clock) + QUERY_LIFETIME;
      enqueue(bot, 'pre_checkout_query', orderKey.checkout(userId), payload, expiresAt);
    });
  }

  answerCheckout(bot: Bot, id: string, ok: boolean, error: string): void {
    const open = this.#checkouts.get(id);
    if (open?.bot !== bot) throw tooOld();
    open.finish({ ok, error });
  }

  #settle(
    bot: Bot,
    chat: Chat,
    userId: number,
    terms: InvoiceTerms,
    answer: { ok: boolean; error: string } | null,
  ): PaymentOutcome {
    if (answer === null) return { outcome: 'timeout' };
    if (!answer.ok) return { outcome: 'declined', reason: answer.error };
    terms.paidBy.push(userId);
    const seconds = terms.subscriptionSeconds;
    if (seconds === undefined)
      return { outcome: 'paid', chargeId: this.#charge(bot, chat, userId, terms, {}) };
    const until = unixTime(this.#world.clock) + seconds;
    const chargeId = this.#charge(bot, chat, userId, terms, {
      is_recurring: true,
      is_first_recurring: true,
      subscription_expiration_date: until,
    });
    const own = { botId: bot.id, userId, chatKey: chat.key, terms, until, canceledBy: null };
    this.subscriptions.set(chargeId, own);
    return { outcome: 'paid', chargeId };
  }

  /** Takes the money and tells the bot. @returns the charge's id */
  #charge(
    bot: Bot,
    chat: Chat,
    userId: number,
    terms: InvoiceTerms,
    recurring: Partial<SuccessfulPayment>,
  ): string {
    const date = unixTime(this.#world.clock);
    const id = `stx${randomBytes(40).toString('base64url')}`;
    this.charges.set(id, { id, botId: bot.id, userId, chatKey: chat.key, terms, date, refunded: false });
    const payment: SuccessfulPayment = {
      currency: terms.currency,
      total_amount: terms.amount,
      invoice_payload: terms.payload,
      telegram_payment_charge_id: id,
      provider_payment_charge_id: `${userId}_${date}`,
      ...recurring,
    };
    const message = this.#world.addMessage(chat, { from: userId, content: { successful_payment: payment } });
    enqueueMessage(this.#world, chat, message);
    return id;
  }

  /** A subscription by any of its charges. */
  #subscription(bot: Bot, userId: number, chargeId: string): StarSubscription {
    const charge = this.charges.get(chargeId);
    const found =
      this.subscriptions.get(chargeId) ??
      [...this.subscriptions.values()].find(
        (one) => one.userId === userId && one.terms.payload === charge?.terms.payload,
      );
    if (found?.botId !== bot.id || found.userId !== userId) throw badRequest('CHARGE_ID_INVALID');
    return found;
  }

  /** The bot ends a subscription, or lets the person go on with it. */
  editSubscription(bot: Bot, userId: number, chargeId: string, isCanceled: boolean): void {
    const subscription = this.#subscription(bot, userId, chargeId);
    if (isCanceled) subscription.canceledBy = 'bot';
    else if (subscription.canceledBy === 'bot') subscription.canceledBy = null;
  }

  /** The person ends it in Telegram's settings, goes on with it, or its renewal fails: the bot is told. */
  changeSubscription(
    bot: Bot,
    userId: number,
    chargeId: string,
    state: 'canceled' | 'active' | 'failed',
  ): void {
    const subscription = this.#subscription(bot, userId, chargeId);
    if (state === 'active' && subscription.canceledBy === 'bot')
      throw badRequest('the bot has cancelled the subscription');
    if (state !== 'failed') subscription.canceledBy = state === 'canceled' ? 'user' : null;
    const payload = {
      user: this.#world.userObject(userId),
      invoice_payload: subscription.terms.payload,
      state,
    };
    const expiresAt = unixTime(this.#world.clock) + DAY;
    enqueue(bot, 'subscription', orderKey.subscription(userId), payload, expiresAt);
  }

  /** The next month is paid, as Telegram does by itself; without a checkout. @returns the charge's id */
  renew(bot: Bot, userId: number, chargeId: string): string {
    const subscription = this.#subscription(bot, userId, chargeId);
    if (subscription.canceledBy !== null) throw badRequest('the subscription is cancelled');
    const chat = this.#world.chats.get(subscription.chatKey);
    if (chat === undefined) throw badRequest('chat not found');
    subscription.until += subscription.terms.subscriptionSeconds ?? 0;
    return this.#charge(bot, chat, userId, subscription.terms, {
      is_recurring: true,
      subscription_expiration_date: subscription.until,
    });
  }

  refund(bot: Bot, userId: number, chargeId: string): void {
    const charge = this.charges.get(chargeId);
    if (charge?.botId !== bot.id || charge.userId !== userId) throw badRequest('CHARGE_NOT_FOUND');
    if (charge.refunded) throw badRequest('CHARGE_ALREADY_REFUNDED');
    if (charge.terms.currency !== 'XTR') throw badRequest('CHARGE_NOT_FOUND');
    charge.refunded = true;
    charge.refundedAt = unixTime(this.#world.clock);
    const chat = this.#world.chats.get(charge.chatKey);
    if (chat === undefined) return;
    const refunded = {
      currency: charge.terms.currency,
      total_amount: charge.terms.amount,
      invoice_payload: charge.terms.payload,
      telegram_payment_charge_id: charge.id,
    };
    const message = this.#world.addMessage(chat, { from: userId, content: { refunded_payment: refunded } });
    enqueueMessage(this.#world, chat, message);
  }
}

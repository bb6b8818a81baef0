import { z } from 'zod';
import type { BotApi } from '../bot-api.ts';
import { unixTime } from '../clock.ts';
import { badRequest } from '../errors.ts';
import type { StoredMessage } from '../model.ts';
import type { CallbackAnswer, PaymentOutcome } from '../queries.ts';
import type { InlineButton } from '../types.ts';
import { enqueue, orderKey } from '../updates.ts';
import { botNamed, chatById, messageIn, resolveChat } from './context.ts';
import type { Define } from './operation.ts';

const DAY = 86_400;
const where = { userId: z.number(), chatId: z.number().optional(), bot: z.string().optional() };

const pressInput = z.object({
  ...where,
  messageId: z.number(),
  /** Which button: by its data, or by its text. */
  data: z.string().optional(),
  text: z.string().optional(),
  /** A changed app's press: of any message in the chat that the bot wrote, with any data, whether there is a button or not. */
  forged: z.boolean().default(false),
});

const subscriptionInput = z.object({ ...where, chargeId: z.string() });

function buttonOf(
  message: StoredMessage,
  wanted: { data?: string | undefined; text?: string | undefined },
): InlineButton {
  const { markup } = message;
  const buttons = markup !== undefined && 'inline_keyboard' in markup ? markup.inline_keyboard.flat() : [];
  const found = buttons.find(
    (button) =>
      (wanted.data === undefined || button.callback_data === wanted.data) &&
      (wanted.text === undefined || button.text === wanted.text),
  );
  if (found === undefined) {
    const there = buttons.map(({ text }) => `"${text}"`).join(', ');
    throw badRequest(`there is no such button; there are: ${there === '' ? 'none' : there}`);
  }
  return found;
}

const asReactions = (emojis: string[]): object[] => emojis.map((emoji) => ({ type: 'emoji', emoji }));

/** A person's clicks. */
export function actingOperations(api: BotApi, define: Define) {
  const { world, queries } = api;
  return {
    /** Presses an inline button that is there, unless it is forged; @returns the query, whose answer `callbackAnswer` waits for */
    press: define('press', pressInput, (input): { callbackQueryId: string } => {
      const { chat, person, bot } = resolveChat(api, input);
      const message = messageIn(api, chat, input.messageId);
      const data = input.forged ? input.data : buttonOf(message, input).callback_data;
      if (data === undefined) throw badRequest('this button has no callback');
      // Telegram's servers take no more of a press, whatever app sends it.
      if (Buffer.byteLength(data) > 64) throw badRequest('BUTTON_DATA_INVALID');
      const owner = world.botById(message.from) ?? bot;
      return { callbackQueryId: queries.press(owner, chat, message, person.id, data) };
    }),
    /** The bot's answer to a press, waited for; null when it does not come in time. */
    callbackAnswer: define(
      'callbackAnswer',
      z.object({
        chatId: z.number(),
        callbackQueryId: z.string(),
        bot: z.string().optional(),
        timeoutMs: z.number().default(10_000),
      }),
      async ({ chatId, callbackQueryId, bot, timeoutMs }): Promise<CallbackAnswer | null> => {
        const { chat } = chatById(api, chatId, bot);
        const find = () =>
          chat.happenings.find(
            ({ kind, detail }) => kind === 'callback_answer' && detail['id'] === callbackQueryId,
          );
        await world.events.until(() => find() !== undefined, world.clock, timeoutMs);
        const detail = find()?.detail;
        if (detail === undefined) return null;
        const url = detail['url'];
        const answer = { text: String(detail['text']), showAlert: detail['showAlert'] === true };
        return typeof url === 'string' ? { ...answer, url } : answer;
      },
    ),
    /** Pays an invoice, in a message or behind a link; resolves when it is settled. */
    pay: define(
      'pay',
      z.object({ ...where, messageId: z.number().optional(), slug: z.string().optional() }),
      async (input): Promise<PaymentOutcome> => {
        const { chat, person } = resolveChat(api, input);
        const message = input.messageId === undefined ? undefined : messageIn(api, chat, input.messageId);
        const terms = message?.invoice ?? queries.links.get(input.slug ?? '');
        const bot = terms === undefined ? undefined : world.botById(terms.botId);
        if (terms === undefined || bot === undefined) throw badRequest('there is no invoice');
        const paid = await queries.pay(bot, chat, person.id, terms, message?.id);
        if (message !== undefined) world.touch(chat, message);
        return paid;
      },
    ),
    /** The next month of a subscription is paid, as Telegram does by itself; by the id of any of its charges. */
    renew: define('renew', subscriptionInput, (input): { chargeId: string } => {
      const { person, bot } = resolveChat(api, input);
      const chargeId = queries.renew(bot, person.id, input.chargeId);
      world.onChange();
      return { chargeId };
    }),
    /** The person ends a subscription in Telegram's settings or goes on with it, or its renewal fails. */
    changeSubscription: define(
      'changeSubscription',
      subscriptionInput.extend({ state: z.enum(['canceled', 'active', 'failed']) }),
      (input) => {
        const { person, bot } = resolveChat(api, input);
        queries.changeSubscription(bot, person.id, input.chargeId, input.state);
        world.onChange();
        return true;
      },
    ),
    /** A person's subscriptions, as Telegram's settings show them. */
    subscriptions: define('subscriptions', z.object({ userId: z.number() }), ({ userId }) =>
      [...queries.subscriptions]
        .filter(([, one]) => one.userId === userId)
        .map(([chargeId, { until, canceledBy, terms }]) => ({
          chargeId,
          until,
          canceled: canceledBy !== null,
          title: terms.title,
          amount: terms.amount,
        })),
    ),
    /** Closes the payment form; bots are not told. */
    decline: define('decline', z.object({ ...where, messageId: z.number() }), (input) => {
      const { chat } = resolveChat(api, input);
      const message = messageIn(api, chat, input.messageId);
      if (message.invoice === undefined) throw badRequest('there is no invoice');
      world.happened(chat, 'checkout', { outcome: 'cancelled' }, message.id);
      return true;
    }),
    /** What an invoice link asks for. */
    invoice: define('invoice', z.object({ slug: z.string() }), ({ slug }) => {
      const terms = queries.links.get(slug);
      if (terms === undefined) throw badRequest('there is no invoice');
      return terms;
    }),
    /** Sets or (null) takes away the person's reaction. */
    react: define(
      'react',
      z.object({ ...where, messageId: z.number(), emoji: z.string().nullable() }),
      (input) => {
        const { chat, person, bot } = resolveChat(api, input);
        const message = messageIn(api, chat, input.messageId);
        const own = message.reactions.filter(({ by }) => by === person.id).map(({ emoji }) => emoji);
        message.reactions = message.reactions.filter(({ by }) => by !== person.id);
        if (input.emoji !== null) message.reactions.push({ by: person.id, emoji: input.emoji });
        world.touch(chat, message);
        if (chat.type !== 'private' && chat.members.get(bot.id) !== 'administrator') return true;
        const date = unixTime(world.clock);
        const payload = {
          chat: world.chatObject(chat),
          message_id: message.id,
          user: world.userObject(person.id),
          date,
          old_reaction: asReactions(own),
          new_reaction: asReactions(input.emoji === null ? [] : [input.emoji]),
        };
        enqueue(bot, 'message_reaction', orderKey.reaction(chat.id), payload, date + DAY);
        return true;
      },
    ),
    /** Presses Stop under a draft. */
    stopDraft: define('stopDraft', z.object({ ...where, draftId: z.number() }), (input) => {
      const { chat } = resolveChat(api, input);
      const bot = botNamed(api, input.bot);
      const payload = { chat: world.chatObject(chat), draft_id: input.draftId };
      const expiresAt = unixTime(world.clock) + DAY;
      enqueue(bot, 'stopped_message_generation', orderKey.chat(chat.id), payload, expiresAt);
      return true;
    }),
  };
}

import type { OwedCall, Place } from '@aisha/db';
import { MESSAGE_LIMIT, splitMessage } from '@aisha/providers';
import type { InlineKeyboardButton, InlineKeyboardMarkup } from 'telegraf/types';
import type { Button, LinkButton } from './button.ts';

/** One message of the conversation, before it is known whether it is sent or takes the place of another. */
export interface Screen {
  /** Telegram HTML. */
  readonly text: string;
  readonly buttons?: readonly (readonly (Button | LinkButton)[])[];
}

export function keyboard(buttons: Screen['buttons']): InlineKeyboardMarkup {
  return {
    inline_keyboard: (buttons ?? [])
      .filter((row) => row.length > 0)
      .map((row) =>
        row.map((one): InlineKeyboardButton =>
          'url' in one ? { text: one.text, url: one.url } : { text: one.text, callback_data: one.data },
        ),
      ),
  };
}

const SHORTENED = ' […]';
/** For texts to read. */
export const READABLY = { notice: SHORTENED, atWord: true } as const;

/** At most one message, its tags whole; a text that had to be shortened says so. */
function fitting(html: string): string {
  if (html.length <= MESSAGE_LIMIT) return html;
  const [first = '', ...rest] = splitMessage(html, { limit: MESSAGE_LIMIT - SHORTENED.length });
  return rest.length === 0 ? first : `${first}${SHORTENED}`;
}

/** The parameters that sending and editing share. */
export const screenBody = (screen: Screen) => ({
  text: fitting(screen.text),
  parse_mode: 'HTML' as const,
  link_preview_options: { is_disabled: true },
  reply_markup: keyboard(screen.buttons),
});

/** In a topic, where the place is one. */
export const placed = ({ chatId, threadId }: Place) => ({
  chat_id: chatId,
  ...(threadId ? { message_thread_id: threadId } : {}),
});

export function sendScreen(
  place: Place,
  screen: Screen,
  options: { replyTo?: number | undefined; bind?: OwedCall['bind'] } = {},
): OwedCall {
  return {
    method: 'sendMessage',
    payload: {
      ...placed(place),
      ...screenBody(screen),
      ...(!options.replyTo
        ? {}
        : { reply_parameters: { message_id: options.replyTo, allow_sending_without_reply: true } }),
    },
    ...(options.bind === undefined ? {} : { bind: options.bind }),
  };
}

export function editScreen(
  place: Place,
  messageId: number,
  screen: Screen,
  options: { bind?: OwedCall['bind'] } = {},
): OwedCall {
  return {
    method: 'editMessageText',
    payload: { ...placed(place), message_id: messageId, ...screenBody(screen) },
    // Where the message is gone it is sent anew, and then it has another id.
    ...(options.bind === undefined ? {} : { bind: options.bind }),
  };
}

/** The same message in the place of one that is there already; where that cannot be changed, it is sent after all. */
export function inPlaceOf(messageId: number, call: OwedCall, bind?: OwedCall['bind']): OwedCall {
  const { reply_parameters: _answered, ...payload } = call.payload;
  const bound = { ...call, ...(bind === undefined ? {} : { bind }) };
  return {
    ...bound,
    method: 'editMessageText',
    payload: { ...payload, message_id: messageId },
    instead: [bound],
  };
}

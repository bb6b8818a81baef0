import { z } from 'zod';
import { badRequest } from './errors.ts';
import { checkedLink } from './text/entities.ts';
import type { InlineButton, InlineKeyboard, ReplyMarkup } from './types.ts';

const inlineButton = z.object({
  text: z.string(),
  callback_data: z.string().optional(),
  url: z.string().optional(),
  pay: z.boolean().optional(),
  web_app: z.object({ url: z.string() }).optional(),
  login_url: z.object({ url: z.string() }).optional(),
  copy_text: z.object({ text: z.string() }).optional(),
  switch_inline_query: z.string().optional(),
  switch_inline_query_current_chat: z.string().optional(),
  style: z.string().optional(),
});

const replyButton = z.union([
  z.string().transform((text) => ({ text })),
  z.object({
    text: z.string(),
    request_contact: z.boolean().optional(),
    request_location: z.boolean().optional(),
    web_app: z.object({ url: z.string() }).optional(),
  }),
]);

const replyKeyboard = z.object({
  keyboard: z.array(z.array(replyButton)),
  resize_keyboard: z.boolean().optional(),
  one_time_keyboard: z.boolean().optional(),
  is_persistent: z.boolean().optional(),
  selective: z.boolean().optional(),
  input_field_placeholder: z.string().optional(),
});

const MAX_BUTTONS = 100;
const MAX_CALLBACK_BYTES = 64;

/**
 * Checks a `reply_markup`.
 * @returns undefined for none, also for an inline keyboard without buttons
 */
export function parseReplyMarkup(value: unknown): ReplyMarkup | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest('object expected as reply markup');
  if ('inline_keyboard' in value) return parseInlineKeyboard(value.inline_keyboard);
  if ('keyboard' in value) {
    const parsed = replyKeyboard.safeParse(value);
    if (!parsed.success)
      throw badRequest("can't parse keyboard button: Expected an Array of Array of Button");
    if (parsed.data.keyboard.flat().some((button) => button.text === '')) {
      throw badRequest('keyboard button text must be non-empty');
    }
    return parsed.data;
  }
  if ('remove_keyboard' in value && value.remove_keyboard === true) return { remove_keyboard: true };
  if ('force_reply' in value && value.force_reply === true) {
    const placeholder = 'input_field_placeholder' in value ? value.input_field_placeholder : undefined;
    return typeof placeholder === 'string'
      ? { force_reply: true, input_field_placeholder: placeholder }
      : { force_reply: true };
  }
  return undefined;
}

/** The same where only an inline keyboard makes sense: in edits. */
export function parseInlineMarkup(value: unknown): InlineKeyboard | undefined {
  const markup = parseReplyMarkup(value);
  if (markup === undefined) return undefined;
  if (!('inline_keyboard' in markup)) throw badRequest('inline keyboard expected');
  return markup;
}

function parseInlineKeyboard(value: unknown): InlineKeyboard | undefined {
  if (!Array.isArray(value) || !value.every((row) => Array.isArray(row))) {
    throw badRequest('field "inline_keyboard" must be of type Array');
  }
  const parsed = z.array(z.array(inlineButton)).safeParse(value);
  if (!parsed.success) {
    throw badRequest(
      `can't parse inline keyboard button: ${parsed.error.issues[0]?.message ?? 'wrong type'}`,
    );
  }
  const rows = parsed.data.filter((row) => row.length > 0);
  const buttons = rows.flat();
  if (buttons.length === 0) return undefined;
  if (buttons.length > MAX_BUTTONS) throw badRequest('REPLY_MARKUP_TOO_LONG');
  buttons.forEach((button, index) => checkButton(button, index === 0));
  return { inline_keyboard: rows };
}

function checkButton(
  button: InlineButton & { login_url?: { url: string } | undefined },
  isFirst: boolean,
): void {
  if (button.text === '') throw badRequest('inline keyboard button text must be non-empty');
  const address = button.url ?? button.web_app?.url ?? button.login_url?.url;
  if (address !== undefined) {
    if (checkedLink(address) === null) {
      throw badRequest(`inline keyboard button URL '${address}' is invalid: Wrong HTTP URL`);
    }
    if (button.url === undefined && !address.startsWith('https://')) {
      throw badRequest(
        `inline keyboard button Web App URL '${address}' is invalid: Only HTTPS links are allowed`,
      );
    }
  } else if (button.callback_data !== undefined) {
    const bytes = Buffer.byteLength(button.callback_data);
    if (bytes < 1 || bytes > MAX_CALLBACK_BYTES) throw badRequest('BUTTON_DATA_INVALID');
  } else if (button.pay === true) {
    if (!isFirst) throw badRequest('BUTTON_POS_INVALID');
  } else if (
    button.copy_text === undefined &&
    button.switch_inline_query === undefined &&
    button.switch_inline_query_current_chat === undefined
  ) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
}

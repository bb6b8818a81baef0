import { unixTime } from '../clock.ts';
import { badRequest } from '../errors.ts';
import { parseInlineMarkup } from '../keyboards.ts';
import type { Chat, StoredMessage } from '../model.ts';
import { renderMessage } from '../render.ts';
import { messageText } from '../text/formatted.ts';
import type { Content, InlineKeyboard, Message } from '../types.ts';
import { captionContent, inputMedia, inputMediaContent } from './media.ts';
import type { Call } from './method.ts';

const DELETABLE_SECONDS = 48 * 3600;
const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
  'content and reply markup of the message';

interface Found {
  chat: Chat;
  message: StoredMessage;
}

function editable(call: Call): Found {
  const { world, bot, params } = call;
  if (params.text('inline_message_id') !== undefined) throw badRequest('MESSAGE_ID_INVALID');
  const chat = world.writableChat(bot, params.text('chat_id'));
  const id = params.integer('message_id', 0);
  if (id === 0) throw badRequest('message identifier is not specified');
  const message = world.message(chat, id);
  if (message === undefined) throw badRequest('message to edit not found');
  const hasOtherMarkup = message.markup !== undefined && !('inline_keyboard' in message.markup);
  if (message.from !== bot.id || hasOtherMarkup || message.forwardOrigin !== undefined) {
    throw badRequest("message can't be edited");
  }
  return { chat, message };
}

/** Replaces content and keyboard, keeping what was; an edit that changes nothing is refused. */
function replace(
  call: Call,
  { chat, message }: Found,
  content: Content,
  markup: InlineKeyboard | undefined,
): Message {
  const { world, bot, limiter } = call;
  const same =
    JSON.stringify(content) === JSON.stringify(message.content) &&
    JSON.stringify(markup) === JSON.stringify(message.markup);
  if (same) throw badRequest(NOT_MODIFIED);
  limiter.take(bot, chat);
  const at = unixTime(world.clock);
  message.edits.push({ at, content: message.content, markup: message.markup });
  message.content = content;
  message.markup = markup;
  message.editDate = at;
  world.touch(chat, message);
  return renderMessage(world, bot, chat, message);
}

export function editMessageText(call: Call): Message {
  const { params } = call;
  const found = editable(call);
  const { text, entities } = messageText(
    params.text('text') ?? '',
    params.text('parse_mode'),
    params.json('entities'),
  );
  const markup = parseInlineMarkup(params.json('reply_markup'));
  if (found.message.content.text === undefined) throw badRequest('there is no text in the message to edit');
  const content = { text, entities: entities.length === 0 ? undefined : entities };
  return replace(call, found, content, markup);
}

const hasMedia = ({ content }: StoredMessage): boolean =>
  (content.photo ??
    content.video ??
    content.animation ??
    content.document ??
    content.audio ??
    content.voice) !== undefined;

export function editMessageCaption(call: Call): Message {
  const { params } = call;
  const found = editable(call);
  if (!hasMedia(found.message)) throw badRequest('there is no caption in the message to edit');
  const caption = captionContent(
    params.text('caption'),
    params.text('parse_mode'),
    params.json('caption_entities'),
  );
  const { caption: _caption, caption_entities: _entities, ...media } = found.message.content;
  return replace(call, found, { ...media, ...caption }, parseInlineMarkup(params.json('reply_markup')));
}

export async function editMessageMedia(call: Call): Promise<Message> {
  const { params } = call;
  const found = editable(call);
  const parsed = inputMedia.safeParse(params.json('media'));
  if (!parsed.success) throw badRequest('can\'t parse InputMedia: Field "media" must be of type String');
  if (!hasMedia(found.message)) throw badRequest('there is no media in the message to edit');
  const content = await inputMediaContent(call, parsed.data);
  return replace(call, found, content, parseInlineMarkup(params.json('reply_markup')));
}

export function editMessageReplyMarkup(call: Call): Message {
  const found = editable(call);
  return replace(call, found, found.message.content, parseInlineMarkup(call.params.json('reply_markup')));
}

function canDelete({ world, bot }: Call, chat: Chat, message: StoredMessage): boolean {
  const isAdmin = chat.members.get(bot.id) === 'administrator';
  if (isAdmin) return true;
  if (unixTime(world.clock) - message.date > DELETABLE_SECONDS) return false;
  return chat.type === 'private' || message.from === bot.id;
}

function remove({ world }: Call, chat: Chat, message: StoredMessage): void {
  message.deleted = true;
  chat.pinned = chat.pinned.filter((id) => id !== message.id);
  world.touch(chat, message);
}

export function deleteMessage(call: Call): true {
  const { world, bot, params } = call;
  const chat = world.chatFor(bot, params.text('chat_id'));
  const message = world.message(chat, params.integer('message_id', 0));
  if (message === undefined) throw badRequest('message to delete not found');
  if (!canDelete(call, chat, message)) throw badRequest("message can't be deleted");
  remove(call, chat, message);
  return true;
}

/** Deletes what is there of up to a hundred messages. */
export function deleteMessages(call: Call): true {
  const { world, bot, params } = call;
  const chat = world.chatFor(bot, params.text('chat_id'));
  const ids = params.json('message_ids');
  if (!Array.isArray(ids) || ids.length === 0) throw badRequest('message identifiers are not specified');
  if (ids.length > 100) throw badRequest('too many message identifiers specified');
  const messages = ids.map((id) => world.message(chat, Number(id))).filter((found) => found !== undefined);
  if (!messages.every((message) => canDelete(call, chat, message)))
    throw badRequest("message can't be deleted");
  for (const message of messages) remove(call, chat, message);
  return true;
}

import { z } from 'zod';
import { badRequest } from '../errors.ts';
import { parseReplyMarkup } from '../keyboards.ts';
import type { Chat, InvoiceTerms, StoredMessage } from '../model.ts';
import { renderMessage } from '../render.ts';
import { messageCaption, messageText } from '../text/formatted.ts';
import type { Content, Message } from '../types.ts';
import { unixTime } from '../clock.ts';
import type { Call } from './method.ts';

const replyParameters = z.object({
  message_id: z.coerce.number().int(),
  chat_id: z.union([z.number(), z.string()]).optional(),
  allow_sending_without_reply: z.boolean().optional(),
  quote: z.string().optional(),
  quote_position: z.number().optional(),
});

interface ReplyTarget {
  replyTo?: number;
  quote?: { text: string; position: number };
}

/** Which message is answered, also when asked for in the older way. */
export function replyTarget({ world, bot, params }: Call, chat: Chat): ReplyTarget {
  const legacy = params.integer('reply_to_message_id', 0);
  const given = params.json('reply_parameters');
  if (given === undefined && legacy === 0) return {};
  const parsed = replyParameters.safeParse(given ?? { message_id: legacy });
  if (!parsed.success) throw badRequest("can't parse reply parameters JSON object");
  const { message_id: id, chat_id: otherChat, quote, quote_position: position } = parsed.data;
  const where = otherChat === undefined ? chat : world.chatFor(bot, String(otherChat));
  const found = world.message(where, id);
  if (found === undefined) {
    const mayLack = parsed.data.allow_sending_without_reply ?? params.flag('allow_sending_without_reply');
    if (mayLack) return {};
    throw badRequest('message to be replied not found');
  }
  if (where !== chat) return {};
  if (quote === undefined) return { replyTo: id };
  const text = found.content.text ?? found.content.caption ?? '';
  if (!text.includes(quote)) throw badRequest('QUOTE_TEXT_INVALID');
  return { replyTo: id, quote: { text: quote, position: position ?? text.indexOf(quote) } };
}

/** The chat to write to, checked. */
export function targetChat({ world, bot, params }: Call): Chat {
  const chat = world.writableChat(bot, params.text('chat_id'));
  const topic = params.integer('message_thread_id', 0);
  // General is addressed by no number.
  if (topic !== 0 && (topic === 1 || chat.topics?.[topic] === undefined))
    throw badRequest('message thread not found');
  return chat;
}

/** Where a message lands: in the topic named, else in that of the message that it answers, else in General. */
function topicOf({ world, bot, params }: Call, chat: Chat, { replyTo }: ReplyTarget): number | undefined {
  if (chat.topics === undefined) return undefined;
  const named = params.integer('message_thread_id', 0);
  const answered = replyTo === undefined ? undefined : world.message(chat, replyTo)?.threadId;
  const topic = named === 0 ? answered : named;
  const isAdmin = chat.members.get(bot.id) === 'administrator';
  if (!isAdmin && chat.topics[topic ?? 1] === 'closed') throw badRequest('TOPIC_CLOSED');
  return topic;
}

const KINDS = {
  text: 'text messages',
  document: 'documents',
  photo: 'photos',
  audio: 'audios',
  video: 'videos',
} as const;

/** A bot that is no administrator may send what members may. */
function checkRights({ bot }: Call, chat: Chat, content: Content): void {
  if (chat.members.get(bot.id) === 'administrator') return;
  for (const [field, kind] of Object.entries(KINDS))
    if (field in content && chat.forbidden?.includes(kind))
      throw badRequest(`not enough rights to send ${kind} to the chat`);
}

interface Outgoing {
  content: Content;
  mediaGroupId?: string;
  forwardOrigin?: object;
  invoice?: InvoiceTerms;
}

/** Puts the bot's message in the chat. `share` messages at once count as so many. */
export function post(call: Call, chat: Chat, outgoing: Outgoing, isFirst = true, share = 1): StoredMessage {
  const { world, bot, limiter, params } = call;
  checkRights(call, chat, outgoing.content);
  const target = replyTarget(call, chat);
  const threadId = topicOf(call, chat, target);
  const markup = parseReplyMarkup(params.json('reply_markup'));
  if (isFirst) limiter.take(bot, chat, share);
  return world.addMessage(chat, { from: bot.id, ...outgoing, ...target, threadId, markup });
}

export function send(call: Call, chat: Chat, outgoing: Outgoing): Message {
  const message = post(call, chat, outgoing);
  return renderMessage(call.world, call.bot, chat, message);
}

export function sendMessage(call: Call): Message {
  const { params } = call;
  const chat = targetChat(call);
  const { text, entities } = messageText(
    params.text('text') ?? '',
    params.text('parse_mode'),
    params.json('entities'),
  );
  const content = { text, entities: entities.length === 0 ? undefined : entities };
  return send(call, chat, { content });
}

export function sendLocation(call: Call): Message {
  const chat = targetChat(call);
  const latitude = Number(call.params.required('latitude'));
  const longitude = Number(call.params.required('longitude'));
  return send(call, chat, { content: { location: { latitude, longitude } } });
}

const sourceMessage = (call: Call, verb: 'copy' | 'forward'): { from: Chat; message: StoredMessage } => {
  const { world, bot, params } = call;
  const from = world.chatFor(bot, params.text('from_chat_id'));
  const message = world.message(from, params.integer('message_id', 0));
  if (message === undefined) throw badRequest(`message to ${verb} not found`);
  return { from, message };
};

const isService = ({ content }: StoredMessage): boolean =>
  content.successful_payment !== undefined ||
  content.refunded_payment !== undefined ||
  content.new_chat_members !== undefined ||
  content.left_chat_member !== undefined ||
  content.pinned_message !== undefined;

export function copyMessage(call: Call): { message_id: number } {
  const chat = targetChat(call);
  const { message } = sourceMessage(call, 'copy');
  if (isService(message) || message.invoice !== undefined) throw badRequest("message can't be copied");
  const content = { ...message.content };
  const caption = call.params.text('caption');
  if (caption !== undefined && content.text === undefined) {
    const parsed = messageCaption(
      caption,
      call.params.text('parse_mode'),
      call.params.json('caption_entities'),
    );
    content.caption = parsed.text;
    content.caption_entities = parsed.entities.length === 0 ? undefined : parsed.entities;
  }
  return { message_id: post(call, chat, { content }).id };
}

export function forwardMessage(call: Call): Message {
  const { world } = call;
  const chat = targetChat(call);
  const { message } = sourceMessage(call, 'forward');
  if (isService(message)) throw badRequest("message can't be forwarded");
  const origin = { type: 'user', sender_user: world.userObject(message.from), date: message.date };
  return send(call, chat, {
    content: message.content,
    forwardOrigin: message.forwardOrigin ?? origin,
    ...(message.invoice === undefined ? {} : { invoice: message.invoice }),
  });
}

const ACTIONS = new Set([
  'cancel',
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'record_audio',
  'upload_voice',
  'upload_audio',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]);

export function sendChatAction(call: Call): true {
  const chat = targetChat(call);
  const action = call.params.text('action') ?? '';
  if (!ACTIONS.has(action.toLowerCase())) throw badRequest('wrong parameter action in request');
  call.world.happened(chat, 'action', { action: action.toLowerCase(), bot: call.bot.id });
  return true;
}

/** A preview of a message still being made: shown for half a minute, private chats only. */
export function sendMessageDraft(call: Call): true {
  const { params, world, bot } = call;
  const chat = targetChat(call);
  if (chat.type !== 'private') throw badRequest('chat type is not supported');
  const draftId = params.integer('draft_id', 0);
  if (draftId === 0) throw badRequest('RANDOM_ID_EMPTY');
  const source = params.text('text') ?? '';
  const parsed =
    source === ''
      ? { text: '', entities: [] }
      : messageText(source, params.text('parse_mode'), params.json('entities'));
  world.happened(chat, 'draft', {
    draftId,
    bot: bot.id,
    ...parsed,
    canStop: params.flag('can_stop'),
    until: unixTime(world.clock) + 30,
  });
  return true;
}

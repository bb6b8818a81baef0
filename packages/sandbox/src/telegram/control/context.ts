import type { BotApi } from '../bot-api.ts';
import { badRequest } from '../errors.ts';
import type { Bot, Chat, Person, StoredMessage } from '../model.ts';

/** Which chat a control call is about: a person's with a bot (the first one unless named), or a group. */
export interface ChatAddress {
  userId: number;
  chatId?: number | undefined;
  bot?: string | undefined;
}

/** The bot with that username or token; the first one when none is named. */
export function botNamed({ world }: BotApi, name: string | undefined): Bot {
  for (const bot of world.bots.values()) {
    if (name === undefined || bot.username === name || bot.token === name || `${bot.id}` === name) return bot;
  }
  throw badRequest('bot not found');
}

/** The person, the chat and the bot that a control call is about; refuses who cannot write there. */
export function resolveChat(api: BotApi, address: ChatAddress): { person: Person; chat: Chat; bot: Bot } {
  const { world } = api;
  const bot = botNamed(api, address.bot);
  const person = world.person(address.userId);
  if (address.chatId === undefined || address.chatId === person.id) {
    return { person, bot, chat: world.privateChat(bot, person) };
  }
  const chat = world.chats.get(`${address.chatId}`);
  if (chat === undefined) throw badRequest('chat not found');
  const status = chat.members.get(person.id);
  if (status === undefined || status === 'left' || status === 'kicked') {
    throw badRequest('the user is not a member of the chat');
  }
  return { person, bot, chat };
}

/** A chat to read: `chatId` is a person's id or a group's. */
export function chatById(api: BotApi, chatId: number, botName?: string): { chat: Chat; bot: Bot } {
  const bot = botNamed(api, botName);
  const chat = api.world.chats.get(`${chatId}`) ?? api.world.chats.get(`${bot.id}:${chatId}`);
  if (chat !== undefined) return { chat, bot };
  return { chat: api.world.privateChat(bot, api.world.person(chatId)), bot };
}

export function messageIn(api: BotApi, chat: Chat, messageId: number): StoredMessage {
  const message = api.world.message(chat, messageId);
  if (message === undefined) throw badRequest('message not found');
  return message;
}

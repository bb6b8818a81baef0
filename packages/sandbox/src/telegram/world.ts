import { randomInt } from 'node:crypto';
import { unixTime, type Clock } from './clock.ts';
import { ApiError, badRequest, chatNotFound, forbidden } from './errors.ts';
import type { Events } from './events.ts';
import type { FileStore } from './files.ts';
import type { Bot, Chat, Happening, Person, StoredMessage } from './model.ts';
import type { ChatObject, ChatType, User } from './types.ts';

const MAX_HAPPENINGS = 200;

/** Who and what there is: bots, people, chats and their messages. */
export class World {
  readonly clock: Clock;
  readonly events: Events;
  readonly files: FileStore;
  readonly bots = new Map<string, Bot>();
  readonly people = new Map<number, Person>();
  readonly chats = new Map<string, Chat>();
  /** Called after every change, for whoever saves the world. */
  onChange: () => void = () => {};

  constructor(clock: Clock, events: Events, files: FileStore) {
    this.clock = clock;
    this.events = events;
    this.files = files;
  }

  botById(id: number): Bot | undefined {
    return [...this.bots.values()].find((bot) => bot.id === id);
  }

  person(id: number): Person {
    const person = this.people.get(id);
    if (person === undefined) throw badRequest('user not found');
    return person;
  }

  privateKey(botId: number, userId: number): string {
    return `${botId}:${userId}`;
  }

  /** The private chat of a person with a bot, made when it is not there. */
  privateChat(bot: Bot, person: Person): Chat {
    const key = this.privateKey(bot.id, person.id);
    return this.chats.get(key) ?? this.addChat({ key, id: person.id, type: 'private', botId: bot.id });
  }

  addChat(chat: { key: string; id: number; type: ChatType; botId?: number; title?: string }): Chat {
    const added: Chat = {
      ...chat,
      members: new Map(),
      messages: new Map(),
      happenings: [],
      nextMessageId: 1,
      pinned: [],
      lastHeardAt: 0,
      seq: 0,
    };
    this.chats.set(added.key, added);
    return added;
  }

  /** The chat a bot means by `chat_id`, whether or not it may write there. */
  chatFor(bot: Bot, chatId: string | undefined): Chat {
    if (chatId === undefined || chatId === '') throw badRequest('chat_id is empty');
    const chat = this.#findChat(bot, chatId);
    if (chat === undefined) throw chatNotFound();
    if (chat.migratedTo !== undefined) {
      throw new ApiError(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: chat.migratedTo,
      });
    }
    return chat;
  }

  /** The same for sending: blocked, kicked and never-met people are refused. */
  writableChat(bot: Bot, chatId: string | undefined): Chat {
    const chat = this.#findChat(bot, chatId ?? '');
    if (chat === undefined && chatId !== undefined && this.#sharesGroup(bot, Number(chatId))) {
      throw forbidden("bot can't initiate conversation with a user");
    }
    const found = chat ?? this.chatFor(bot, chatId);
    if (found.type !== 'private') {
      this.chatFor(bot, chatId);
      const status = found.members.get(bot.id);
      const name = found.type === 'group' ? 'group chat' : `${found.type} chat`;
      if (status === 'kicked') throw forbidden(`bot was kicked from the ${name}`);
      if (status === undefined || status === 'left') throw forbidden(`bot is not a member of the ${name}`);
      return found;
    }
    const person = this.person(found.id);
    if (person.deactivated) throw forbidden('user is deactivated');
    if (person.blocked.includes(bot.id)) throw forbidden('bot was blocked by the user');
    return found;
  }

  #findChat(bot: Bot, chatId: string): Chat | undefined {
    if (chatId.startsWith('@')) {
      const name = chatId.slice(1).toLowerCase();
      return [...this.chats.values()].find((chat) => chat.username?.toLowerCase() === name);
    }
    return this.chats.get(chatId) ?? this.chats.get(`${bot.id}:${chatId}`);
  }

  #sharesGroup(bot: Bot, userId: number): boolean {
    return [...this.chats.values()].some(
      (chat) => chat.type !== 'private' && chat.members.has(bot.id) && chat.members.has(userId),
    );
  }

  /** Puts a message in a chat. In private chats the numbers run per bot, in groups per chat. */
  addMessage(
    chat: Chat,
    message: Omit<StoredMessage, 'id' | 'date' | 'deleted' | 'edits' | 'reactions' | 'seq'>,
  ): StoredMessage {
    const bot = chat.botId === undefined ? undefined : this.botById(chat.botId);
    const counter = bot ?? chat;
    const id = counter.nextMessageId;
    counter.nextMessageId += 1;
    const stored: StoredMessage = {
      ...message,
      id,
      date: unixTime(this.clock),
      deleted: false,
      edits: [],
      reactions: [],
      seq: 0,
    };
    chat.messages.set(id, stored);
    if (this.people.has(stored.from)) chat.lastHeardAt = this.clock.now();
    this.touch(chat, stored);
    return stored;
  }

  /** Marks a message as changed and tells the watchers. */
  touch(chat: Chat, message: StoredMessage): void {
    message.seq = this.events.next();
    chat.seq = message.seq;
    this.onChange();
    this.events.emit({ seq: message.seq, kind: 'message', chatKey: chat.key, messageId: message.id });
  }

  /** Notes something that is no message. */
  happened(
    chat: Chat,
    kind: Happening['kind'],
    detail: Record<string, unknown>,
    messageId?: number,
  ): Happening {
    const happening: Happening = { seq: this.events.next(), at: this.clock.now(), kind, messageId, detail };
    chat.seq = happening.seq;
    chat.happenings.push(happening);
    if (chat.happenings.length > MAX_HAPPENINGS) chat.happenings.shift();
    this.onChange();
    this.events.emit({ seq: happening.seq, kind: 'happening', chatKey: chat.key, messageId });
    return happening;
  }

  /** A message that is still there. */
  message(chat: Chat, id: number): StoredMessage | undefined {
    const message = chat.messages.get(id);
    return message === undefined || message.deleted ? undefined : message;
  }

  userObject(id: number): User {
    const person = this.people.get(id);
    if (person !== undefined) {
      return {
        id,
        is_bot: false,
        first_name: person.firstName,
        last_name: person.lastName,
        username: person.username,
        language_code: person.languageCode,
      };
    }
    const bot = this.botById(id);
    return bot === undefined
      ? { id, is_bot: false, first_name: 'Deleted Account' }
      : { id, is_bot: true, first_name: bot.firstName, username: bot.username };
  }

  chatObject(chat: Chat): ChatObject {
    if (chat.type !== 'private') {
      const forum = chat.topics === undefined ? {} : { is_forum: true as const };
      return { id: chat.id, title: chat.title, username: chat.username, type: chat.type, ...forum };
    }
    const person = this.people.get(chat.id);
    return {
      id: chat.id,
      first_name: person?.firstName ?? '',
      last_name: person?.lastName,
      username: person?.username,
      type: 'private',
    };
  }
}

/** A long number as Telegram uses for queries and albums. */
export const bigId = (): string => `${randomInt(1, 2 ** 31)}${randomInt(100_000_000, 999_999_999)}`;

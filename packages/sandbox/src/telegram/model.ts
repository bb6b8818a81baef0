import type { Poller } from './poller.ts';
import type { BotCommand, ChatObject, ChatType, Content, ReplyMarkup, UpdateType } from './types.ts';
import type { UpdateQueue } from './update-queue.ts';
import type { Webhook } from './webhook.ts';

/** As Telegram calls them in its refusals. */
export const FORBIDDEN_KINDS = ['text messages', 'documents', 'photos', 'audios', 'videos'] as const;
export type ForbiddenKind = (typeof FORBIDDEN_KINDS)[number];

/** A made-up person. */
export interface Person {
  id: number;
  firstName: string;
  lastName?: string | undefined;
  username?: string | undefined;
  languageCode: string;
  /** Bots this person has blocked. */
  blocked: number[];
  deactivated: boolean;
}

export type MemberStatus = 'creator' | 'administrator' | 'member' | 'left' | 'kicked';

export interface Edit {
  /** Unix seconds. */
  at: number;
  content: Content;
  markup?: ReplyMarkup | undefined;
}

export interface Reaction {
  by: number;
  emoji: string;
}

/** A message as kept: content is for nobody in particular, files go by the stand-in's keys. */
export interface StoredMessage {
  id: number;
  /** A person's or a bot's id. */
  from: number;
  date: number;
  /** The number of the message that began the topic. */
  threadId?: number | undefined;
  /** In whose name it was written, if not in its sender's own. */
  senderChat?: ChatObject | undefined;
  /** Fields of a service message that the stand-in does not know by name. */
  service?: Readonly<Record<string, unknown>> | undefined;
  editDate?: number | undefined;
  content: Content;
  markup?: ReplyMarkup | undefined;
  replyTo?: number | undefined;
  quote?: { text: string; position: number } | undefined;
  mediaGroupId?: string | undefined;
  forwardOrigin?: object | undefined;
  invoice?: InvoiceTerms | undefined;
  deleted: boolean;
  /** What the message was before its edits, oldest first. */
  edits: Edit[];
  reactions: Reaction[];
  /** Grows with every change anywhere, so that "what is new since" is a comparison. */
  seq: number;
}

/** What is bought: a message's invoice or a link's. */
export interface InvoiceTerms {
  botId: number;
  title: string;
  description: string;
  payload: string;
  currency: string;
  amount: number;
  photoUrl?: string | undefined;
  subscriptionSeconds?: number | undefined;
  paidBy: number[];
}

/** Stars that come every month; by the id of the first charge. */
export interface StarSubscription {
  botId: number;
  userId: number;
  chatKey: string;
  terms: InvoiceTerms;
  /** Unix seconds. */
  until: number;
  /** By the person or by the bot: who cancelled may go on. */
  canceledBy: 'user' | 'bot' | null;
}

/** Something that happened in a chat and is no message. */
export interface Happening {
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  kind: 'action' | 'callback_answer' | 'draft' | 'checkout' | 'chat';
  /** The message it belongs to, if any. */
  messageId?: number | undefined;
  detail: Record<string, unknown>;
}

export interface Chat {
  /** Private chats are between a person and one bot; groups are shared by all bots. */
  key: string;
  id: number;
  type: ChatType;
  /** The one bot of a private chat. */
  botId?: number | undefined;
  title?: string | undefined;
  username?: string | undefined;
  members: Map<number, MemberStatus>;
  messages: Map<number, StoredMessage>;
  happenings: Happening[];
  nextMessageId: number;
  migratedTo?: number | undefined;
  /** Topics by the number of their first message, 1 for General; none: no forum. */
  topics?: Record<number, 'open' | 'closed'> | undefined;
  /** What members, and so a bot that is no administrator, may not send here. */
  forbidden?: ForbiddenKind[] | undefined;
  pinned: number[];
  /** When a person last did something here, milliseconds. */
  lastHeardAt: number;
  seq: number;
}

export interface Bot {
  id: number;
  token: string;
  username: string;
  firstName: string;
  /** Privacy mode: in groups the bot hears only commands, replies to it and service messages. */
  privacy: boolean;
  queue: UpdateQueue;
  poller: Poller;
  webhook: Webhook;
  /** null: the default set. */
  allowedUpdates: UpdateType[] | null;
  /** Commands by `<scope>/<language>`. */
  commands: Map<string, BotCommand[]>;
  /** Names and descriptions by `<field>/<language>`. */
  texts: Map<string, string>;
  /** Menu buttons by chat id; 0 is the default. */
  menuButtons: Map<number, object>;
  nextMessageId: number;
  /** Milliseconds. */
  startedAt: number;
  loggedOut: boolean;
}

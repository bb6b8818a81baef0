import { extname } from 'node:path';
import type { BotApi } from '../bot-api.ts';
import { FileStore, type StoredFile } from '../files.ts';
import type { Bot, Chat, Edit, Happening, MemberStatus, Reaction, StoredMessage } from '../model.ts';
import { renderMessage } from '../render.ts';
import type { Content, Message, ReplyMarkup, User } from '../types.ts';

export interface FileView {
  key: string;
  kind: string;
  /** Path under the stand-in's address. */
  path: string;
  name: string;
  mime: string;
  size: number;
  width?: number | undefined;
  height?: number | undefined;
  duration?: number | undefined;
  /** A smaller picture of it, if there is one. */
  thumbnailPath?: string | undefined;
}

/** A message as a person sees it, with what is not in the Bot API's object. */
export interface ChatMessage {
  seq: number;
  id: number;
  /** Text or caption, '' for none. */
  text: string;
  fromBot: boolean;
  /** As the bot gets it. */
  message: Message;
  /** Inline or reply keyboard, as last sent. */
  markup: ReplyMarkup | null;
  deleted: boolean;
  /** What it was before, oldest first. */
  edits: Edit[];
  reactions: Reaction[];
  file: FileView | null;
  /** Who has paid the invoice. */
  paidBy: number[];
}

export interface ChatView {
  key: string;
  id: number;
  type: string;
  title: string;
  botUsername: string | null;
  members: { user: User; status: MemberStatus }[];
  pinned: number[];
}

export interface Transcript {
  /** Ask for what came after this. */
  seq: number;
  chat: ChatView;
  messages: ChatMessage[];
  happenings: Happening[];
}

const pathOf = (file: StoredFile): string => `/sandbox/files/${encodeURIComponent(file.key)}`;

function fileView(files: FileStore, content: Content): FileView | null {
  const photo = content.photo?.at(-1);
  const media =
    content.voice ??
    content.audio ??
    content.video ??
    content.video_note ??
    content.animation ??
    content.document ??
    content.sticker;
  const found = photo ?? media;
  const file = found === undefined ? undefined : files.get(found.file_id);
  if (file === undefined || found === undefined) return null;
  const thumbnail = media?.thumbnail === undefined ? undefined : files.get(media.thumbnail.file_id);
  const fallback = `${file.kind}_${file.number}${extname(FileStore.pathOf(file))}`;
  return {
    key: file.key,
    kind: file.kind,
    path: pathOf(file),
    name: media?.file_name ?? fallback,
    mime: file.mime,
    size: file.size,
    width: found.width,
    height: found.height,
    duration: media?.duration,
    thumbnailPath: thumbnail === undefined ? undefined : pathOf(thumbnail),
  };
}

export function messageView({ world }: BotApi, bot: Bot, chat: Chat, message: StoredMessage): ChatMessage {
  return {
    seq: message.seq,
    id: message.id,
    text: message.content.text ?? message.content.caption ?? '',
    fromBot: world.botById(message.from) !== undefined,
    message: renderMessage(world, bot, chat, message),
    markup: message.markup ?? null,
    deleted: message.deleted,
    edits: message.edits,
    reactions: message.reactions,
    file: fileView(world.files, message.content),
    paidBy: message.invoice?.paidBy ?? [],
  };
}

export function chatView({ world }: BotApi, chat: Chat): ChatView {
  const object = world.chatObject(chat);
  const bot = chat.botId === undefined ? undefined : world.botById(chat.botId);
  return {
    key: chat.key,
    id: chat.id,
    type: chat.type,
    title: object.title ?? object.first_name ?? '',
    botUsername: bot?.username ?? null,
    members: [...chat.members].map(([id, status]) => ({ user: world.userObject(id), status })),
    pinned: chat.pinned,
  };
}

/** What there is in a chat, or what has changed after `after`. */
export function transcript(api: BotApi, bot: Bot, chat: Chat, after = 0): Transcript {
  const viewer = (chat.botId === undefined ? undefined : api.world.botById(chat.botId)) ?? bot;
  const changed = [...chat.messages.values()].filter((message) => message.seq > after);
  return {
    seq: Math.max(chat.seq, after),
    chat: chatView(api, chat),
    messages: changed.map((message) => messageView(api, viewer, chat, message)),
    happenings: chat.happenings.filter((happening) => happening.seq > after),
  };
}

import type { Bot, Chat, StoredMessage } from './model.ts';
import type { ChatObject, Content, Media, Message, PhotoSize, User } from './types.ts';
import type { World } from './world.ts';

type Identify = (key: string) => string;

const photo = (size: PhotoSize, identify: Identify): PhotoSize => ({
  ...size,
  file_id: identify(size.file_id),
});

function media(item: Media | undefined, identify: Identify): Media | undefined {
  if (item === undefined) return undefined;
  const thumbnail = item.thumbnail === undefined ? undefined : photo(item.thumbnail, identify);
  return { ...item, thumbnail, thumb: thumbnail, file_id: identify(item.file_id) };
}

/** The content with every file under the id this bot knows it by. */
export function renderContent(content: Content, identify: Identify): Content {
  if (content.text !== undefined) return content;
  return {
    ...content,
    photo: content.photo?.map((size) => photo(size, identify)),
    voice: media(content.voice, identify),
    audio: media(content.audio, identify),
    video: media(content.video, identify),
    video_note: media(content.video_note, identify),
    animation: media(content.animation, identify),
    document: media(content.document, identify),
    sticker: media(content.sticker, identify),
  };
}

/** Who stands as the sender where somebody writes as a group or a channel: bots of Telegram's own. */
const standInFor = ({ type }: ChatObject): User =>
  type === 'channel'
    ? { id: 136_817_688, is_bot: true, first_name: 'Channel', username: 'Channel_Bot' }
    : { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' };

/** A message as this bot sees it. */
export function renderMessage(
  world: World,
  bot: Bot,
  chat: Chat,
  message: StoredMessage,
  withReply = true,
): Message {
  const { markup, threadId, senderChat } = message;
  // In a topic what answers nothing answers the service message that began it.
  const answered = message.replyTo ?? (threadId === message.id ? undefined : threadId);
  const replied = withReply && answered !== undefined ? world.message(chat, answered) : undefined;
  return {
    message_id: message.id,
    ...(threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true as const }),
    from: senderChat === undefined ? world.userObject(message.from) : standInFor(senderChat),
    sender_chat: senderChat,
    chat: world.chatObject(chat),
    date: message.date,
    edit_date: message.editDate,
    forward_origin: message.forwardOrigin,
    reply_to_message: replied === undefined ? undefined : renderMessage(world, bot, chat, replied, false),
    quote: message.quote,
    ...message.service,
    media_group_id: message.mediaGroupId,
    ...renderContent(message.content, (key) => world.files.idFor(bot.id, key)),
    reply_markup: markup !== undefined && 'inline_keyboard' in markup ? markup : undefined,
  };
}

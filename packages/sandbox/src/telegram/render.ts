import type { Bot, Chat, StoredMessage } from './model.ts';
import type { Content, Media, Message, PhotoSize } from './types.ts';
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

/** A message as this bot sees it. */
export function renderMessage(
  world: World,
  bot: Bot,
  chat: Chat,
  message: StoredMessage,
  withReply = true,
): Message {
  const replied =
    withReply && message.replyTo !== undefined ? world.message(chat, message.replyTo) : undefined;
  const { markup } = message;
  return {
    message_id: message.id,
    from: world.userObject(message.from),
    chat: world.chatObject(chat),
    date: message.date,
    edit_date: message.editDate,
    forward_origin: message.forwardOrigin,
    reply_to_message: replied === undefined ? undefined : renderMessage(world, bot, chat, replied, false),
    quote: message.quote,
    media_group_id: message.mediaGroupId,
    ...renderContent(message.content, (key) => world.files.idFor(bot.id, key)),
    reply_markup: markup !== undefined && 'inline_keyboard' in markup ? markup : undefined,
  };
}

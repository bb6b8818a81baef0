import { z } from 'zod';
import { unixTime } from '../clock.ts';
import type { BotApi } from '../bot-api.ts';
import { badRequest } from '../errors.ts';
import { mediaContent, mimeOf } from '../media-content.ts';
import { toVoice } from '../media.ts';
import type { Chat, Person, StoredMessage } from '../model.ts';
import { detectEntities } from '../text/entities.ts';
import { codePoints, MAX_CAPTION, MAX_TEXT } from '../text/formatted.ts';
import type { ChatObject, Content } from '../types.ts';
import { enqueueMessage } from '../updates.ts';
import { bigId } from '../world.ts';
import { messageIn, resolveChat, type ChatAddress } from './context.ts';
import type { Define } from './operation.ts';
import { messageView, type ChatMessage } from './view.ts';

const address = {
  userId: z.number(),
  /** A group; the private chat with the bot when absent. */
  chatId: z.number().optional(),
  bot: z.string().optional(),
  /** The topic to write in; General when absent. */
  threadId: z.number().optional(),
  /** Written in the name of the group (an anonymous administrator), or of a channel of the person's. */
  as: z.enum(['group', 'channel']).optional(),
};
const replyTo = z.number().optional();

const file = z.object({
  bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes expected'),
  name: z.string().default(''),
  mime: z.string().default(''),
});

const mediaKind = z.enum([
  'photo',
  'voice',
  'audio',
  'document',
  'video',
  'video_note',
  'animation',
  'sticker',
]);

const mediaInput = z.object({
  ...address,
  kind: mediaKind,
  file,
  caption: z.string().default(''),
  duration: z.number().optional(),
  title: z.string().optional(),
  performer: z.string().optional(),
  replyTo,
});

const textInput = z.object({ ...address, text: z.string().min(1), replyTo });

interface Said extends Voice {
  content: Content;
  replyTo?: number | undefined;
  mediaGroupId?: string;
}

interface Voice {
  threadId?: number | undefined;
  as?: 'group' | 'channel' | undefined;
}

function senderChat(api: BotApi, chat: Chat, as: Voice['as']): ChatObject | undefined {
  if (as === 'channel') return { id: -1_009_000_000_001, type: 'channel', title: 'Channel' };
  return as === 'group' ? api.world.chatObject(chat) : undefined;
}

/** Puts a person's message in the chat and tells the bots. */
function say(api: BotApi, chat: Chat, person: Person, { as, ...said }: Said): StoredMessage {
  const { world } = api;
  if (said.replyTo !== undefined) messageIn(api, chat, said.replyTo);
  const message = world.addMessage(chat, { from: person.id, senderChat: senderChat(api, chat, as), ...said });
  enqueueMessage(world, chat, message);
  return message;
}

const voiceOf = ({ threadId, as }: Voice): Voice => ({ threadId, as });

function speaker(api: BotApi, where: ChatAddress) {
  const resolved = resolveChat(api, where);
  if (resolved.chat.type === 'private' && resolved.person.blocked.includes(resolved.bot.id)) {
    throw badRequest('the user has blocked the bot');
  }
  return resolved;
}

const withEntities = (text: string): Content => {
  const entities = detectEntities(text);
  return { text, entities: entities.length === 0 ? undefined : entities };
};

function captionOf(caption: string): Content {
  if (caption === '') return {};
  if (codePoints(caption) > MAX_CAPTION) throw badRequest('the caption is too long');
  const entities = detectEntities(caption);
  return { caption, caption_entities: entities.length === 0 ? undefined : entities };
}

/** A person's text is split where the app would split it. */
function split(text: string): string[] {
  const points = Array.from(text);
  const parts: string[] = [];
  for (let start = 0; start < points.length; start += MAX_TEXT) {
    parts.push(points.slice(start, start + MAX_TEXT).join(''));
  }
  return parts;
}

function sayText(api: BotApi, input: z.output<typeof textInput>): ChatMessage {
  const { chat, person, bot } = speaker(api, input);
  const said = split(input.text).map((part) =>
    say(api, chat, person, { content: withEntities(part), replyTo: input.replyTo, ...voiceOf(input) }),
  );
  const last = said.at(-1);
  if (last === undefined) throw badRequest('the text is empty');
  return messageView(api, bot, chat, last);
}

/** What a person sends as a voice message becomes OGG/Opus, as in the app, unless it says to be that already. */
async function asSent(
  kind: z.output<typeof mediaKind>,
  upload: z.output<typeof file>,
): Promise<typeof upload> {
  if (kind !== 'voice' || upload.bytes.length === 0) return upload;
  if (mimeOf('voice', upload.name, upload.mime) === 'audio/ogg') return upload;
  try {
    return { ...upload, bytes: await toVoice(upload.bytes), mime: 'audio/ogg' };
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

async function sayMedia(api: BotApi, input: z.output<typeof mediaInput>): Promise<ChatMessage> {
  const { chat, person, bot } = speaker(api, input);
  const upload = await asSent(input.kind, input.file);
  const media = await mediaContent(api.world.files, input.kind, upload, input);
  const content = { ...media, ...captionOf(input.caption) };
  return messageView(
    api,
    bot,
    chat,
    say(api, chat, person, { content, replyTo: input.replyTo, ...voiceOf(input) }),
  );
}

const albumInput = z.object({
  ...address,
  items: z
    .array(z.object({ kind: z.enum(['photo', 'video', 'document', 'audio']), file }))
    .min(1)
    .max(10),
  /** Stands on the first item. */
  caption: z.string().default(''),
  replyTo,
});

async function sayAlbum(api: BotApi, input: z.output<typeof albumInput>): Promise<ChatMessage[]> {
  const { chat, person, bot } = speaker(api, input);
  const contents = await Promise.all(
    input.items.map((item) => mediaContent(api.world.files, item.kind, item.file)),
  );
  const mediaGroupId = bigId();
  return contents.map((content, index) => {
    const caption = index === 0 ? captionOf(input.caption) : {};
    const said = { content: { ...content, ...caption }, replyTo: input.replyTo, ...voiceOf(input) };
    const grouped = contents.length > 1 ? { ...said, mediaGroupId } : said;
    return messageView(api, bot, chat, say(api, chat, person, grouped));
  });
}

const editInput = z.object({ ...address, messageId: z.number(), text: z.string().min(1) });

function edit(api: BotApi, input: z.output<typeof editInput>): ChatMessage {
  const { chat, person, bot } = speaker(api, input);
  const message = messageIn(api, chat, input.messageId);
  if (message.from !== person.id) throw badRequest('only own messages can be edited');
  const at = unixTime(api.world.clock);
  message.edits.push({ at, content: message.content });
  message.content =
    message.content.text === undefined
      ? { ...message.content, ...captionOf(input.text) }
      : withEntities(input.text);
  message.editDate = at;
  api.world.touch(chat, message);
  enqueueMessage(api.world, chat, message, true);
  return messageView(api, bot, chat, message);
}

/** What people send. */
export function sendingOperations(api: BotApi, define: Define) {
  return {
    /** Longer than 4096 characters: several messages, the last is returned. */
    sendText: define('sendText', textInput, (input) => sayText(api, input)),
    /** Many texts in one call, for load; @returns their message ids */
    sendTexts: define('sendTexts', z.object({ messages: z.array(textInput) }), ({ messages }): number[] =>
      messages.map((input) => {
        const { chat, person } = speaker(api, input);
        return say(api, chat, person, { content: withEntities(input.text) }).id;
      }),
    ),
    sendMedia: define('sendMedia', mediaInput, (input) => sayMedia(api, input)),
    /** Separate messages with one `media_group_id`. */
    sendAlbum: define('sendAlbum', albumInput, (input) => sayAlbum(api, input)),
    sendLocation: define(
      'sendLocation',
      z.object({ ...address, latitude: z.number(), longitude: z.number() }),
      ({ latitude, longitude, ...where }): ChatMessage => {
        const { chat, person, bot } = speaker(api, where);
        const content = { location: { latitude, longitude } };
        return messageView(api, bot, chat, say(api, chat, person, { content }));
      },
    ),
    sendContact: define(
      'sendContact',
      z.object({ ...address, phoneNumber: z.string() }),
      ({ phoneNumber, ...where }): ChatMessage => {
        const { chat, person, bot } = speaker(api, where);
        const contact = { phone_number: phoneNumber, first_name: person.firstName, user_id: person.id };
        return messageView(api, bot, chat, say(api, chat, person, { content: { contact } }));
      },
    ),
    sendWebAppData: define(
      'sendWebAppData',
      z.object({ ...address, buttonText: z.string(), data: z.string().max(4096) }),
      ({ buttonText, data, ...where }): ChatMessage => {
        const { chat, person, bot } = speaker(api, where);
        const content = { web_app_data: { button_text: buttonText, data } };
        return messageView(api, bot, chat, say(api, chat, person, { content }));
      },
    ),
    /** A service message with any fields: that somebody pinned, changed or gave something. */
    sendService: define(
      'sendService',
      z.object({ ...address, service: z.record(z.string(), z.unknown()) }),
      ({ service, ...where }): ChatMessage => {
        const { chat, person, bot } = speaker(api, where);
        const message = api.world.addMessage(chat, { from: person.id, content: {}, service });
        enqueueMessage(api.world, chat, message);
        return messageView(api, bot, chat, message);
      },
    ),
    editMessage: define('editMessage', editInput, (input) => edit(api, input)),
    /** The person deletes a message; bots are not told. */
    deleteMessage: define('deleteMessage', z.object({ ...address, messageId: z.number() }), (input) => {
      const { chat } = resolveChat(api, input);
      const message = messageIn(api, chat, input.messageId);
      message.deleted = true;
      api.world.touch(chat, message);
      return true;
    }),
  };
}

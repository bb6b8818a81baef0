import { z } from 'zod';
import { ApiError, badRequest } from '../errors.ts';
import { FileStore, type FileKind, type StoredFile } from '../files.ts';
import { contentOf, mediaContent, type Hints, type MediaKind } from '../media-content.ts';
import { renderMessage } from '../render.ts';
import { messageCaption } from '../text/formatted.ts';
import type { Content, Message } from '../types.ts';
import { bigId } from '../world.ts';
import type { Call, Method } from './method.ts';
import { post, send, targetChat } from './send.ts';

const MAX_URL_PHOTO_BYTES = 5 * 1024 * 1024;
const MAX_URL_BYTES = 20 * 1024 * 1024;
const URL_TIMEOUT_MS = 20_000;

const TYPE_NAMES: Readonly<Record<FileKind, string>> = {
  photo: 'Photo',
  thumbnail: 'Thumbnail',
  voice: 'VoiceNote',
  video: 'Video',
  sticker: 'Sticker',
  document: 'Document',
  audio: 'Audio',
  animation: 'Animation',
  video_note: 'VideoNote',
};

/** What a media parameter stands for: an upload (direct or `attach://`), a `file_id`, or an address to fetch. */
export async function resolveMedia(
  { world, bot, params }: Call,
  kind: MediaKind,
  value: string | undefined,
  field: string,
  hints: Hints,
): Promise<Content> {
  const attached = value?.startsWith('attach://') === true ? value.slice('attach://'.length) : field;
  const upload = params.files.get(attached);
  if (upload !== undefined) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
    return mediaContent(world.files, kind, upload, hints);
  }
  if (value === undefined || value === '') throw badRequest(`there is no ${field} in the request`);
  if (/^https?:\/\//i.test(value)) {
    return mediaContent(world.files, kind, await fetchMedia(value, kind), hints);
  }
  const known = world.files.byId(bot.id, value);
  if (known === undefined) throw badRequest('wrong file identifier/HTTP URL specified');
  checkKind(known, kind);
  return contentOf(known);
}

function checkKind(file: StoredFile, kind: MediaKind): void {
  const fits = file.kind === kind || (kind === 'document' && file.kind !== 'photo');
  if (!fits) throw badRequest(`can't use file of type ${TYPE_NAMES[file.kind]} as ${TYPE_NAMES[kind]}`);
}

async function fetchMedia(
  url: string,
  kind: MediaKind,
): Promise<{ bytes: Uint8Array; name: string; mime: string }> {
  const most = kind === 'photo' ? MAX_URL_PHOTO_BYTES : MAX_URL_BYTES;
  let response: Response;
  let bytes: Uint8Array;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(URL_TIMEOUT_MS) });
    bytes = await response.bytes();
  } catch {
    throw badRequest('failed to get HTTP URL content');
  }
  if (!response.ok || bytes.length === 0 || bytes.length > most) {
    throw badRequest('wrong file identifier/HTTP URL specified');
  }
  const name = new URL(url).pathname.split('/').at(-1) ?? '';
  return { bytes, name, mime: response.headers.get('content-type') ?? '' };
}

/** The caption with its markup, as part of a content. */
export function captionContent(
  source: string | undefined,
  parseMode: string | undefined,
  entities: unknown,
): Content {
  if (source === undefined || source === '') return {};
  const parsed = messageCaption(source, parseMode, entities);
  if (parsed.text === '') return {};
  return {
    caption: parsed.text,
    caption_entities: parsed.entities.length === 0 ? undefined : parsed.entities,
  };
}

function hintsOf({ params }: Call): Hints {
  const number = (name: string): number | undefined =>
    params.text(name) === undefined ? undefined : params.integer(name, 0, 0);
  return {
    duration: number('duration'),
    width: number('width'),
    height: number('height'),
    length: number('length'),
    title: params.text('title'),
    performer: params.text('performer'),
    emoji: params.text('emoji'),
  };
}

function sender(kind: MediaKind): Method {
  return async (call: Call): Promise<Message> => {
    const { params } = call;
    const chat = targetChat(call);
    const withCaption = kind !== 'video_note' && kind !== 'sticker';
    const caption = withCaption
      ? captionContent(params.text('caption'), params.text('parse_mode'), params.json('caption_entities'))
      : {};
    const media = await resolveMedia(call, kind, params.text(kind), kind, hintsOf(call));
    const spoiler = params.flag('has_spoiler') ? { has_media_spoiler: true } : {};
    return send(call, chat, { content: { ...media, ...caption, ...spoiler } });
  };
}

export const sendPhoto = sender('photo');
export const sendDocument = sender('document');
export const sendAudio = sender('audio');
export const sendVoice = sender('voice');
export const sendVideo = sender('video');
export const sendVideoNote = sender('video_note');
export const sendAnimation = sender('animation');
export const sendSticker = sender('sticker');

export const inputMedia = z.object({
  type: z.enum(['photo', 'video', 'audio', 'document', 'animation']),
  media: z.string(),
  caption: z.string().optional(),
  parse_mode: z.string().optional(),
  caption_entities: z.unknown().optional(),
  duration: z.number().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  title: z.string().optional(),
  performer: z.string().optional(),
  has_spoiler: z.boolean().optional(),
});

export type InputMedia = z.infer<typeof inputMedia>;

/** The content that an InputMedia object describes. */
export async function inputMediaContent(call: Call, item: InputMedia): Promise<Content> {
  const caption = captionContent(item.caption, item.parse_mode, item.caption_entities);
  const media = await resolveMedia(call, item.type, item.media, item.type, item);
  return { ...media, ...caption, ...(item.has_spoiler === true ? { has_media_spoiler: true } : {}) };
}

/** 2–10 items; documents and audio only among their own kind. */
export async function sendMediaGroup(call: Call): Promise<Message[]> {
  const { world, bot, params } = call;
  const chat = targetChat(call);
  const given = params.json('media');
  if (given === undefined) throw badRequest('parameter "media" is required');
  if (!Array.isArray(given)) throw badRequest('expected an Array of InputMedia');
  if (given.length < 2 || given.length > 10) {
    throw badRequest('there must be 2-10 items in an album');
  }
  const parsed = z.array(inputMedia).safeParse(given);
  if (!parsed.success) throw badRequest('can\'t parse InputMedia: Field "media" must be of type String');
  const kinds = new Set(parsed.data.map(({ type }) => type));
  if (kinds.has('animation')) throw badRequest('unsupported media type specified in the media group');
  for (const single of ['document', 'audio'] as const) {
    if (kinds.has(single) && kinds.size > 1)
      throw badRequest(`${single} can't be mixed with other media types`);
  }
  const contents = await Promise.all(parsed.data.map((item) => inputMediaContent(call, item)));
  const mediaGroupId = bigId();
  const messages = contents.map((content, index) =>
    post(call, chat, { content, mediaGroupId }, index === 0, contents.length),
  );
  return messages.map((message) => renderMessage(world, bot, chat, message));
}

/** Bots may download files up to this size from the cloud. */
export const MAX_DOWNLOAD_BYTES = 20 << 20;

export function getFile({ world, bot, params }: Call): object {
  const id = params.text('file_id') ?? '';
  if (id === '') throw badRequest('file_id not specified');
  const file = world.files.byId(bot.id, id);
  if (file === undefined) {
    if (!FileStore.isFileId(id)) throw badRequest('invalid file_id');
    throw badRequest('wrong file_id or the file is temporarily unavailable');
  }
  if (file.size > MAX_DOWNLOAD_BYTES) throw new ApiError(400, 'Bad Request: file is too big');
  return {
    file_id: id,
    file_unique_id: file.uniqueId,
    file_size: file.size,
    file_path: FileStore.pathOf(file),
  };
}

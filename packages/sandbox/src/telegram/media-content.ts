import path from 'node:path';
import type { FileStore, StoredFile } from './files.ts';
import { probe, storePhoto, storeThumbnail } from './media.ts';
import type { Content, Media } from './types.ts';

export type MediaKind =
  | 'photo'
  | 'voice'
  | 'audio'
  | 'document'
  | 'video'
  | 'video_note'
  | 'animation'
  | 'sticker';

export interface Hints {
  duration?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
  length?: number | undefined;
  title?: string | undefined;
  performer?: string | undefined;
  emoji?: string | undefined;
}

const MIME_BY_EXTENSION: Readonly<Record<string, string>> = {
  '.txt': 'text/plain',
  '.md': 'text/markdown',
  '.srt': 'application/x-subrip',
  '.vtt': 'text/vtt',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.heic': 'image/heic',
  '.mp3': 'audio/mpeg',
  '.m4a': 'audio/mp4',
  '.wav': 'audio/x-wav',
  '.flac': 'audio/flac',
  '.ogg': 'audio/ogg',
  '.oga': 'audio/ogg',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
};

const DEFAULT_MIME: Readonly<Partial<Record<MediaKind, string>>> = {
  voice: 'audio/ogg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  video_note: 'video/mp4',
  animation: 'video/mp4',
  sticker: 'image/webp',
};

/** The MIME type as declared, or by the file name, or what is usual for the kind. */
export function mimeOf(kind: MediaKind, name: string, declared: string): string {
  const bare = declared.split(';')[0]?.trim() ?? '';
  if (bare !== '' && bare !== 'application/octet-stream') return bare;
  const byName = MIME_BY_EXTENSION[path.extname(name).toLowerCase()];
  return byName ?? DEFAULT_MIME[kind] ?? (bare === '' ? 'application/octet-stream' : bare);
}

/** Stores bytes as the kind asked for and describes them as a message does. */
export async function mediaContent(
  files: FileStore,
  kind: MediaKind,
  upload: { bytes: Uint8Array; name: string; mime: string },
  hints: Hints = {},
): Promise<Content> {
  if (kind === 'photo') return { photo: await storePhoto(files, upload.bytes) };
  const mime = mimeOf(kind, upload.name, upload.mime);
  const file = await files.add(kind, upload.bytes, upload.name, mime);
  file.media = await describe(files, kind, file, upload.bytes, hints);
  return contentOf(file);
}

/** The content of a message with a file that is known already. */
export function contentOf(file: StoredFile): Content {
  const base = { file_id: file.key, file_unique_id: file.uniqueId, file_size: file.size };
  const media: Media = { ...file.media, ...base };
  switch (file.kind) {
    case 'photo':
    case 'thumbnail':
      return { photo: file.sizes ?? [{ ...base, width: 0, height: 0 }] };
    case 'voice':
      return { voice: media };
    case 'audio':
      return { audio: media };
    case 'video':
      return { video: media };
    case 'video_note':
      return { video_note: media };
    case 'sticker':
      return { sticker: media };
    case 'animation':
      return { animation: media, document: media };
    case 'document':
      return { document: media };
  }
}

async function describe(
  files: FileStore,
  kind: MediaKind,
  file: StoredFile,
  bytes: Uint8Array,
  hints: Hints,
): Promise<Media> {
  const ids = { file_id: file.key, file_unique_id: file.uniqueId, file_size: file.size };
  const named = { file_name: file.name === '' ? undefined : file.name, mime_type: file.mime };
  if (kind === 'document') {
    const thumbnail = file.mime.startsWith('image/') ? await storeThumbnail(files, bytes) : undefined;
    return { ...named, thumbnail, ...ids };
  }
  if (kind === 'sticker') {
    const side = { width: hints.width ?? 512, height: hints.height ?? 512 };
    return { type: 'regular', ...side, is_animated: false, is_video: false, emoji: hints.emoji, ...ids };
  }
  const needsProbe = hints.duration === undefined || kind === 'video' || kind === 'video_note';
  const found = needsProbe ? await probe(bytes) : { duration: 0 };
  const duration = hints.duration ?? found.duration;
  if (kind === 'voice') return { duration, mime_type: file.mime, ...ids };
  if (kind === 'audio') {
    return {
      duration,
      ...named,
      title: hints.title ?? found.title,
      performer: hints.performer ?? found.performer,
      ...ids,
    };
  }
  const width = hints.width ?? found.width ?? 0;
  const height = hints.height ?? found.height ?? 0;
  if (kind === 'video_note') return { duration, length: hints.length ?? (width === 0 ? 240 : width), ...ids };
  return { duration, width, height, ...named, ...ids };
}

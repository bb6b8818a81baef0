import { extname } from 'node:path';
import type { IncomingMedia } from '@aisha/core';
import type { Message } from 'telegraf/types';

const TEXT_FILES = new Set(['.txt', '.md', '.srt', '.vtt']);
const MEDIA_FILES = new Set(
  '.mp3 .m4a .aac .wav .ogg .oga .opus .flac .wma .amr .aiff .mp4 .mov .mkv .avi .webm .mpeg .mpg .3gp .wmv .m4v'.split(
    ' ',
  ),
);

/** What a message brings to be transcribed or read; null when it brings nothing of the kind. */
export function mediaOf(message: Message): IncomingMedia | null {
  if ('voice' in message) return media('voice', message.voice);
  if ('audio' in message) return media('audio', message.audio);
  if ('video_note' in message) return media('video_note', message.video_note);
  // An animation is also a document; it has no sound.
  if ('animation' in message) return null;
  if ('video' in message) return media('video', message.video);
  if ('document' in message) {
    const { file_name: name = '', mime_type: type = '' } = message.document;
    const extension = extname(name).toLowerCase();
    if (TEXT_FILES.has(extension) || /^text\/(plain|markdown|vtt)$/.test(type))
      return media('text', message.document);
    if (/^(audio|video)\//.test(type) || MEDIA_FILES.has(extension))
      return media('document', message.document);
  }
  return null;
}

function media(
  source: IncomingMedia['source'],
  file: { file_id: string; file_name?: string; mime_type?: string; file_size?: number; duration?: number },
): IncomingMedia {
  return {
    source,
    fileId: file.file_id,
    fileName: file.file_name ?? null,
    mimeType: file.mime_type ?? null,
    fileSize: file.file_size ?? null,
    durationS: file.duration ?? null,
  };
}

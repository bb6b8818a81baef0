import type { IncomingMedia } from '@aisha/core';
import type { ExternalReplyInfo, Message } from 'telegraf/types';
import { kindOfFile } from '../chat/attached.ts';

/** What a message brings to be transcribed or read; null when it brings nothing of the kind. */
export function mediaOf(message: Message | ExternalReplyInfo): IncomingMedia | null {
  if ('voice' in message) return media('voice', message.voice);
  if ('audio' in message) return media('audio', message.audio);
  if ('video_note' in message) return media('video_note', message.video_note);
  // An animation is also a document; it has no sound.
  if ('animation' in message) return null;
  if ('video' in message) return media('video', message.video);
  if ('document' in message) {
    const kind = kindOfFile(message.document);
    if (kind === 'text') return media('text', message.document);
    // What nothing is known of is looked into.
    if (kind === 'sound' || kind === 'unknown') return media('document', message.document);
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

/** Longer addresses are no links to files. */
const LONGEST_LINK = 2_000;

/** A link to a file in what somebody writes: the address and nothing else, or after the command. */
export function linkOf(message: Message): IncomingMedia | null {
  if (!('text' in message)) return null;
  const said = message.text.trim().replace(/^\/transcribe(?:@\w+)?\s+/i, '');
  if (!/^https?:\/\/\S+$/i.test(said) || said.length > LONGEST_LINK || !URL.canParse(said)) return null;
  const { pathname, hostname } = new URL(said);
  return {
    source: 'link',
    fileId: said,
    fileName: nameIn(pathname) ?? hostname,
    mimeType: null,
    fileSize: null,
    durationS: null,
  };
}

function nameIn(path: string): string | null {
  const last = path.split('/').findLast(Boolean);
  if (last === undefined) return null;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

import type { ObjectRef, OwedCall, Place } from '@aisha/db';
import { canBeSeen, shorten } from '@aisha/service';
import { keyboard, placed, type Screen } from './screen.ts';

type File = ObjectRef & { readonly filename: string };
interface FileOptions {
  /** Telegram HTML. */
  readonly caption?: string;
  readonly replyTo?: number | undefined;
  readonly buttons?: Screen['buttons'];
  /** Telegram's id of it, if it was sent before as the same kind: nothing is uploaded then, unless it is refused. */
  readonly fileId?: string | null | undefined;
  /** Who keeps that id. */
  readonly bind?: OwedCall['bind'];
}

const captioned = (place: Place, { caption = '', replyTo, buttons }: FileOptions) => ({
  ...placed(place),
  caption,
  parse_mode: 'HTML',
  reply_markup: keyboard(buttons),
  ...(!replyTo ? {} : { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } }),
});

const again = (field: string, { fileId, bind }: FileOptions) => ({
  payload: fileId ? { [field]: fileId } : {},
  call: fileId || !bind ? {} : { bind },
});

/** A picture as a photo: shown at once, compressed by Telegram. */
export function sendPhoto(place: Place, file: File, options: FileOptions = {}): OwedCall {
  const { payload, call } = again('photo', options);
  return {
    method: 'sendPhoto',
    payload: { ...captioned(place, options), ...payload },
    files: { photo: file },
    ...call,
  };
}

/** A video: played in the chat. */
export function sendVideo(place: Place, file: File, options: FileOptions = {}): OwedCall {
  const { payload, call } = again('video', options);
  return {
    method: 'sendVideo',
    payload: { ...captioned(place, options), supports_streaming: true, ...payload },
    files: { video: file },
    ...call,
  };
}

/** Several pictures as one album, two to ten of them; Telegram shows no buttons below one. */
export const sendAlbum = (
  place: Place,
  photos: readonly { readonly file: File; readonly fileId: string | null }[],
  caption: string,
): OwedCall => ({
  method: 'sendMediaGroup',
  payload: {
    ...placed(place),
    media: photos.map(({ fileId }, n) => ({
      type: 'photo',
      ...(fileId ? { media: fileId } : {}),
      ...(n === 0 ? { caption, parse_mode: 'HTML' } : {}),
    })),
  },
  files: Object.fromEntries(photos.map(({ file }, n) => [`media.${n}`, file])),
});

export const sendFile = (place: Place, file: File, options: FileOptions = {}): OwedCall => ({
  method: 'sendDocument',
  payload: captioned(place, options),
  files: { document: file },
});

/** A voice message: played in the chat. */
export const sendVoice = (place: Place, file: File, options: FileOptions = {}): OwedCall => ({
  method: 'sendVoice',
  payload: captioned(place, options),
  files: { voice: file },
});

/** What every file system takes, in bytes of UTF-8; names in Cyrillic have half as many letters. */
const LONGEST_NAME = 255;

/** Letters with their marks, digits and a few signs: what every system takes as a file name. */
export function fileNameOf(title: string, extension: string): string {
  const name = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}_.,()-]+/gu, ' ')
    .trim();
  const room = LONGEST_NAME - Buffer.byteLength(extension);
  return `${shorten(canBeSeen(name) ? name : 'text', room, { unit: 'bytes' })}${extension}`;
}

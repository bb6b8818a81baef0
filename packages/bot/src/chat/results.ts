import type { ObjectRef, OwedCall } from '@aisha/db';
import type { Image } from '@aisha/core';
import { type Button, keyboard } from './screen.ts';

const replyTo = (messageId: number | undefined) =>
  messageId === undefined
    ? {}
    : { reply_parameters: { message_id: messageId, allow_sending_without_reply: true } };

const imageFile = (image: Image) => ({
  bucket: 'generated' as const,
  key: image.objectKey,
  filename: `aisha-${image.id.slice(0, 8)}.${image.contentType.split('/')[1] === 'png' ? 'png' : 'jpg'}`,
});

/** A picture as a photo: shown at once, compressed by Telegram. */
export function sendImage(
  chatId: number,
  image: Image,
  caption: string,
  buttons: readonly (readonly Button[])[],
): OwedCall {
  return {
    method: 'sendPhoto',
    payload: { chat_id: chatId, caption, parse_mode: 'HTML', reply_markup: keyboard(buttons) },
    files: { photo: imageFile(image) },
  };
}

/** The same as a file: every pixel as it was made. */
export function sendOriginal(chatId: number, image: Image): OwedCall {
  return { method: 'sendDocument', payload: { chat_id: chatId }, files: { document: imageFile(image) } };
}

export function sendFile(
  chatId: number,
  file: ObjectRef & { readonly filename: string },
  caption: string,
  options: { replyTo?: number | undefined; buttons?: readonly (readonly Button[])[] } = {},
): OwedCall {
  return {
    method: 'sendDocument',
    payload: {
      chat_id: chatId,
      caption,
      parse_mode: 'HTML',
      reply_markup: keyboard(options.buttons),
      ...replyTo(options.replyTo),
    },
    files: { document: file },
  };
}

/** Letters, digits and a few signs: what every system takes as a file name. */
export function fileNameOf(title: string): string {
  return (
    title
      .replace(/[^\p{L}\p{N}.,()-]+/gu, ' ')
      .trim()
      .slice(0, 80) || 'text'
  );
}

import type { ObjectRef, OwedCall } from '@aisha/db';
import { keyboard, type Screen } from './screen.ts';

type File = ObjectRef & { readonly filename: string };
interface FileOptions {
  /** Telegram HTML. */
  readonly caption?: string;
  readonly replyTo?: number | undefined;
  readonly buttons?: Screen['buttons'];
}

const captioned = (chatId: number, { caption = '', replyTo, buttons }: FileOptions) => ({
  chat_id: chatId,
  caption,
  parse_mode: 'HTML',
  reply_markup: keyboard(buttons),
  ...(replyTo === undefined
    ? {}
    : { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } }),
});

/** A picture as a photo: shown at once, compressed by Telegram. */
export const sendPhoto = (chatId: number, file: File, options: FileOptions = {}): OwedCall => ({
  method: 'sendPhoto',
  payload: captioned(chatId, options),
  files: { photo: file },
});

export const sendFile = (chatId: number, file: File, options: FileOptions = {}): OwedCall => ({
  method: 'sendDocument',
  payload: captioned(chatId, options),
  files: { document: file },
});

/** Letters, digits and a few signs: what every system takes as a file name. */
export function fileNameOf(title: string): string {
  return (
    title
      .replace(/[^\p{L}\p{N}.,()-]+/gu, ' ')
      .trim()
      .slice(0, 80) || 'text'
  );
}

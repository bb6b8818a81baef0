import type { IncomingMedia } from '@aisha/core';
import type { Message } from 'telegraf/types';
import { linkOf, mediaOf } from './media.ts';

/** `transcribe`: by the command, or by the bot's name and nothing else; `other`: by another command with its name. */
type Call = 'transcribe' | 'other' | null;

/** How a message calls the bot, in its text or the caption of its file. `name`: the bot's own. */
export function callOf(message: Message, name: string): Call {
  const said = (
    'text' in message ? message.text : 'caption' in message ? (message.caption ?? '') : ''
  ).trim();
  const [, command, to] = /^\/(\w+)(?:@(\w+))?(?!\S)/.exec(said) ?? [];
  if (command !== undefined) {
    const isOurs = to?.toLowerCase() === name.toLowerCase();
    if (to !== undefined && !isOurs) return null;
    if (command.toLowerCase() === 'transcribe') return 'transcribe';
    return isOurs ? 'other' : null;
  }
  return said.toLowerCase() === `@${name.toLowerCase()}` ? 'transcribe' : null;
}

/** What is meant: the message's own file, the one that it answers, or the one of another chat that it answers. */
export function meantBy(message: Message): { media: IncomingMedia; messageId: number } | null {
  const { message_id: messageId } = message;
  const own = mediaOf(message) ?? linkOf(message);
  if (own) return { media: own, messageId };
  const original = 'reply_to_message' in message ? message.reply_to_message : undefined;
  const media = original && (mediaOf(original) ?? linkOf(original));
  if (media) return { media, messageId: original.message_id };
  const elsewhere = 'external_reply' in message ? message.external_reply : undefined;
  const quoted = elsewhere && mediaOf(elsewhere);
  return quoted ? { media: quoted, messageId } : null;
}

import type { IncomingMedia } from '@aisha/core';
import type { Message } from 'telegraf/types';
import { linkOf, mediaOf } from './media.ts';

/**
 * `transcribe`: by the command wherever it stands, by the bot's name alone, or by its name in a sentence about a file; `other`: by
 * another command with its name, or by its name in a sentence about no file.
 */
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
  const called = said.toLowerCase();
  const ours = `@${name.toLowerCase()}`;
  if (
    called === ours ||
    words(called).some((word) => word === '/transcribe' || word === `/transcribe${ours}`)
  )
    return 'transcribe';
  if (!words(called).includes(ours)) return null;
  return meantBy(message) ? 'transcribe' : 'other';
}

/** As they are typed, without the signs at their ends. */
const words = (said: string): string[] =>
  said.split(/\s+/).map((word) => word.replace(/^[^\p{L}\p{N}_@/]+|[^\p{L}\p{N}_]+$/gu, ''));

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

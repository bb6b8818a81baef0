import { type Conversation, publishCommands, type Texts } from '@aisha/bot';
import type { TelegramClient } from '@aisha/providers';
import { type Logger, untilDone } from '@aisha/service';

/** Learns the bot's name and publishes its commands; repeated until Telegram answers. */
export function introduce(parts: {
  readonly telegram: TelegramClient;
  readonly conversation: Conversation;
  readonly texts: Texts;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { telegram, conversation, texts, log, signal } = parts;
  return untilDone(signal, async () => {
    const me = await telegram.call('getMe', {}, { priority: 'bulk', signal });
    if (me.kind !== 'ok') return false;
    conversation.setUsername(me.result.username);
    const problem = await publishCommands(telegram, texts, signal);
    if (problem === null) log.info('commands published', { username: me.result.username });
    else log.warn('commands not published', { problem });
    return problem === null;
  });
}

import type { TelegramClient } from '@aisha/providers';
import { type Logger, untilDone } from '@aisha/service';

/** In webhook mode Telegram must know our address; what waits in its queue is kept. */
export function ensureWebhook(
  telegram: TelegramClient,
  webhook: { readonly url: string; readonly secret: string },
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  return untilDone(signal, async () => {
    const outcome = await telegram.setWebhook(webhook);
    if (outcome.kind === 'ok') log.info('webhook set', { url: webhook.url });
    else log.warn('webhook not set yet', { outcome: outcome.kind });
    return outcome.kind === 'ok';
  });
}

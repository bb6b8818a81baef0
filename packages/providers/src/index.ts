export {
  createTelegramClient,
  type CallOptions,
  type TelegramClient,
  type TelegramClientOptions,
} from './telegram/client.ts';
export type { SendOutcome, Unchanged } from './telegram/outcome.ts';
export type { ChatId, SendPriority } from './telegram/limits.ts';
export type { BotApi, BotMethod, BotPayload, BotResult, Upload } from './telegram/methods.ts';
export { ALLOWED_UPDATES, type PollOptions, type PollOutcome } from './telegram/poll.ts';
export {
  cloudDownloadLimit,
  selfHostedDownloadLimit,
  type DownloadOptions,
  type TelegramFiles,
} from './telegram/files.ts';
export {
  captionLimit,
  escapeHtml,
  messageLimit,
  splitMessage,
  truncate,
  type Truncated,
} from './telegram/text.ts';
export type { Observers, ProviderMetrics } from './observe.ts';

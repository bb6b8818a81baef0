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
  CLOUD_DOWNLOAD_LIMIT,
  downloadLimit,
  isCloud,
  type DownloadOptions,
  type TelegramFiles,
} from './telegram/files.ts';
export { CAPTION_LIMIT, escapeHtml, MESSAGE_LIMIT, splitMessage } from './telegram/text.ts';
export type { Observers, ProviderMetrics } from './observe.ts';
export {
  createFalClient,
  type FalClient,
  type FalClientOptions,
  type FalDownloadOptions,
} from './fal/client.ts';
export type { SubmitOptions, SubmitOutcome } from './fal/submit.ts';
export type { CancelOutcome, FalLog, QueueOptions, ResultOutcome, StatusOutcome } from './fal/queue.ts';
export type { DeletionOutcome, UploadBody, UploadOptions, UploadOutcome } from './fal/storage.ts';
export type { FalTarget } from './fal/library.ts';
export { falErrorReason, type FalErrorDetail, type FalErrorReason } from './fal/errors.ts';
export {
  fetchFile,
  fetchFileTo,
  type FetchedBuffer,
  type FetchedTo,
  type FetchFileOptions,
} from './fal/download.ts';
export {
  createWebhookVerifier,
  FalWebhookBody,
  type WebhookHeaders,
  type WebhookVerdict,
  type WebhookVerifier,
  type WebhookVerifierOptions,
} from './fal/webhook.ts';
export { verifyWebhookToken, webhookToken } from './fal/webhook-token.ts';
export {
  createOpenAiClient,
  type ModelReport,
  type ModelUse,
  type OpenAiClient,
  type OpenAiClientOptions,
} from './openai/client.ts';
export type { CompletionOptions, JsonOptions, JsonOutcome, TextOutcome, Usage } from './openai/complete.ts';
export type { OpenAiFailure, RefusalCode } from './openai/errors.ts';
export type { ModerateOptions, ModerateOutcome } from './openai/moderate.ts';
export { openRecogniser } from './recogniser/catalogue.ts';
export { KNOWN_LANGUAGES, threeLetters } from './recogniser/language.ts';
export { readScribe } from './recogniser/scribe-answer.ts';
export { keyterms } from './recogniser/vocabulary.ts';
export type {
  Hearer,
  Recogniser,
  RecogniserAbilities,
  Recognisers,
  Recognition,
  Speech,
  SpeechRefusal,
  SpokenSegment,
  SpokenWord,
  TimedText,
} from './recogniser/recogniser.ts';

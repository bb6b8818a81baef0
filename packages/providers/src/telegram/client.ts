import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TelegramConfig } from '@aisha/config';
import { storable, untilAborted, withDeadline } from '@aisha/service';
import type { Cluster, Redis } from 'ioredis';
import { Telegram } from 'telegraf';
import type { WebhookInfo } from 'telegraf/types';
import { observed, type Observers } from '../observe.ts';
import { backoffMs } from '../transport.ts';
import { isRecord } from '../shapes.ts';
import { createFiles, isCloud, type TelegramFiles } from './files.ts';
import { createSendLimits, type ChatId, type SendPriority } from './limits.ts';
import { methodRules, type BotMethod, type BotPayload, type BotResult } from './methods.ts';
import { classifySendError, replyTargetGone, TOO_MANY_REQUESTS, type SendOutcome } from './outcome.ts';
import { readyForMultipart, tooBigToUpload, uploadsOf } from './payload.ts';
import { ALLOWED_UPDATES, createPoll, type PollOptions, type PollOutcome } from './poll.ts';

export interface CallOptions {
  /** Whose budget it spends; the payload's `chat_id` unless given. */
  readonly chatId?: ChatId;
  readonly priority: SendPriority;
  readonly signal?: AbortSignal | null | undefined;
  /** For one attempt; 10 s, and 2 minutes with files. */
  readonly timeoutMs?: number;
  /** Asked once, when there is a place for it: false leaves it unsent. */
  readonly before?: () => Promise<boolean>;
}

export interface TelegramClient extends TelegramFiles {
  /** The one way to the Bot API. */
  call<M extends BotMethod>(
    method: M,
    payload: BotPayload<M>,
    options: CallOptions,
  ): Promise<SendOutcome<BotResult<M>>>;
  /** One long poll. Confirms everything below the offset: commit first. */
  pollUpdates(options: PollOptions): Promise<PollOutcome>;
  /** Sets the webhook with our list of updates; what waits in Telegram's queue is kept. */
  setWebhook(options: { url: string; secret: string; maxConnections?: number }): Promise<SendOutcome<true>>;
  deleteWebhook(): Promise<SendOutcome<true>>;
  webhookInfo(): Promise<SendOutcome<WebhookInfo>>;
  /** Closes idle connections. */
  close(): void;
}

export interface TelegramClientOptions extends Observers {
  readonly config: Pick<TelegramConfig, 'token' | 'botId' | 'apiRoot'> &
    Partial<Pick<TelegramConfig, 'broadcastPerSecond'>>;
  /** Of whoever takes cards, if somebody does. */
  readonly paymentToken?: string | undefined;
  /** null: limits are kept by this process alone. */
  readonly redis: Redis | Cluster | null;
}

const PLAIN_TIMEOUT_MS = 10_000;
const UPLOAD_TIMEOUT_MS = 120_000;
/** Repeats of an idempotent call whose outcome was unclear. */
const REPEATS = 2;
/** 429s answered within one call; after that the caller decides. */
const MOST_PAUSES = 3;

export function createTelegramClient(options: TelegramClientOptions): TelegramClient {
  const { config, log, metrics } = options;
  const cloud = isCloud(config.apiRoot);
  const limits = createSendLimits(options.redis, config.botId, { bulkPerSecond: config.broadcastPerSecond });
  // Idle connections go before the server closes them, or a send would be reset with an unknown outcome.
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: 10_000, timeout: 30_000 });
  const telegram = new Telegram(config.token, {
    // Without the slash telegraf would lose a path in the root.
    apiRoot: `${config.apiRoot}/`,
    webhookReply: false,
    agent,
  });

  const raw: RawApi = telegram;
  const attempt = async <M extends BotMethod>(method: M, payload: object, signal: AbortSignal) => {
    // Telegraf leaves the body of a 5xx unread, which would hold its connection for ever: ended here.
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    try {
      const result = await untilAborted(raw.callApi(method, payload, { signal: either }), signal);
      if (!isResult(method, result)) throw new Error(`empty answer to ${method}`);
      return { kind: 'ok', result } as const;
    } finally {
      over.abort();
    }
  };

  const attempts = async <M extends BotMethod>(
    method: M,
    payload: object,
    call: CallOptions,
  ): Promise<SendOutcome<BotResult<M>>> => {
    const rules = methodRules(method);
    const uploads = uploadsOf(payload).length > 0;
    const timeoutMs = call.timeoutMs ?? (uploads ? UPLOAD_TIMEOUT_MS : PLAIN_TIMEOUT_MS);
    const chatId = rules.budgeted ? (call.chatId ?? chatOf(payload)) : null;
    const messages = method === 'sendMediaGroup' ? albumLength(payload) : 1;
    let body = uploads ? readyForMultipart(payload) : payload;
    const stopped = () => call.signal?.aborted === true;
    let repeated = 0;
    let paused = 0;
    let begun = call.before === undefined;
    for (;;) {
      if (chatId !== null) {
        const wait = await limits.admit({
          chatId,
          messages,
          priority: call.priority,
          signal: call.signal ?? null,
        });
        if (wait > 0) return turnedAway(call.priority, wait);
      }
      begun ||= (await call.before?.()) === true;
      if (!begun || stopped()) return { kind: 'retry', afterMs: 0, why: 'aborted before sending' };
      const outcome = await attempt(method, body, withDeadline(call.signal, timeoutMs)).catch(
        (error: unknown) => classifySendError(error, method, { signal: call.signal }),
      );
      if (
        outcome.kind === 'refused' &&
        replyTargetGone.test(outcome.description) &&
        'reply_parameters' in body
      ) {
        body = without(body, 'reply_parameters');
        continue;
      }
      if (outcome.kind !== 'retry' || stopped()) return outcome;
      if (outcome.why === TOO_MANY_REQUESTS) {
        metrics?.telegram429.inc();
        if (chatId === null) return outcome;
        await limits.pause(chatId, outcome.afterMs, call.priority);
        paused += 1;
        if (paused >= MOST_PAUSES) return outcome;
        continue;
      }
      if (!rules.idempotent || repeated >= REPEATS) return outcome;
      await sleep(backoffMs(repeated, 300));
      repeated += 1;
    }
  };

  const call = async <M extends BotMethod>(
    method: M,
    given: BotPayload<M>,
    callOptions: CallOptions,
  ): Promise<SendOutcome<BotResult<M>>> => {
    // Half a pair in a text, and Telegram would refuse the whole of it.
    const payload = withPaymentToken(method, storable(given), options.paymentToken);
    const tooBig = await tooBigToUpload(payload, cloud);
    const outcome = await observed<SendOutcome<BotResult<M>>>(
      metrics,
      'telegram',
      method,
      ({ kind }) => kind,
      async () =>
        tooBig === null
          ? await attempts(method, payload, callOptions)
          : { kind: 'refused', code: 413, description: `Request Entity Too Large: ${tooBig}` },
    );
    if (methodRules(method).budgeted) {
      metrics?.telegramSends.inc({ outcome: countedAs(outcome.kind) });
    }
    const where = { method, chatId: callOptions.chatId ?? chatOf(payload) };
    if (outcome.kind === 'refused') log.error('telegram refused a call', { ...where, ...outcome });
    if (outcome.kind === 'unknown' || outcome.kind === 'retry') {
      log.warn('telegram call not done', { ...where, ...outcome });
    }
    return outcome;
  };

  const operator = { priority: 'result' } as const;
  return {
    call,
    ...createFiles({
      config,
      log,
      getFile: (fileId, how) => call('getFile', { file_id: fileId }, { ...operator, ...how }),
    }),
    pollUpdates: createPoll({ config }),
    setWebhook: ({ url, secret, maxConnections }) =>
      call(
        'setWebhook',
        {
          url,
          secret_token: secret,
          allowed_updates: ALLOWED_UPDATES,
          ...(maxConnections === undefined ? {} : { max_connections: maxConnections }),
        },
        operator,
      ),
    // Never drop_pending_updates: switching loses nothing.
    deleteWebhook: () => call('deleteWebhook', {}, operator),
    webhookInfo: () => call('getWebhookInfo', {}, operator),
    close: () => agent.destroy(),
  };
}

/** Calls that are owed lie in the database, and secrets do not: the provider's token is added when an invoice is sent. */
function withPaymentToken<P extends object>(method: BotMethod, payload: P, token: string | undefined): P {
  const isInvoice = method === 'sendInvoice' || method === 'createInvoiceLink';
  const inStars = 'currency' in payload && payload.currency === 'XTR';
  return isInvoice && !inStars && token !== undefined ? { ...payload, provider_token: token } : payload;
}

/** The seam to telegraf, whose typings end at Bot API 7.1: it passes on any method by its name. */
interface RawApi {
  // `object`: its AbortSignal is that of a polyfill, at run time Node's own is taken.
  callApi(method: string, payload: object, options: object): Promise<unknown>;
}

/** Telegram's answers are believed to have the documented shape; only that there is one is checked. */
function isResult<M extends BotMethod>(_method: M, value: unknown): value is BotResult<M> {
  return value !== undefined && value !== null;
}

function turnedAway(priority: SendPriority, waitMs: number): Exclude<SendOutcome, { kind: 'ok' }> {
  return priority === 'progress'
    ? { kind: 'unchanged', why: 'dropped' }
    : { kind: 'retry', afterMs: waitMs, why: 'the budget of the chat is spent' };
}

/** Another way is taken at once. */
const countedAs = (kind: SendOutcome['kind']) =>
  kind === 'migrated' || kind === 'forbidden' || kind === 'no-topic' ? 'retry' : kind;

function chatOf(payload: object): ChatId | null {
  const chatId = isRecord(payload) ? payload['chat_id'] : undefined;
  return typeof chatId === 'number' || typeof chatId === 'string' ? chatId : null;
}

function albumLength(payload: object): number {
  return 'media' in payload && Array.isArray(payload.media) ? payload.media.length : 1;
}

function without(body: object, name: string): object {
  return Object.fromEntries(Object.entries(body).filter(([field]) => field !== name));
}

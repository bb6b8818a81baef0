import { randomInt } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { unixTime, type Clock } from './clock.ts';
import type { QueuedUpdate, UpdateQueue } from './update-queue.ts';

/** A bot that has not answered by then has failed. */
const RESPONSE_TIMEOUT_MS = 60_000;
const LONGEST_RETRY_AFTER_SECONDS = 3600;
/** A webhook that says 410 this long is closed. */
const GONE_AFTER_SECONDS = 23 * 3600;
/** New connections: so many each half second, and one in 2 s when nothing has succeeded for 10 s. */
const NEW_CONNECTIONS = 10;
const HEALTHY_REFILL_MS = 500;
const SICK_REFILL_MS = 2000;
const SICK_AFTER_MS = 10_000;

export interface WebhookSettings {
  url: string;
  secretToken?: string | undefined;
  maxConnections: number;
  ipAddress?: string | undefined;
  certificate?: string | undefined;
}

interface Retry {
  fails: number;
  delaySeconds: number;
  /** Milliseconds; no attempt before. */
  notBefore: number;
}

interface Answer {
  status: number;
  reason: string;
  retryAfter: number;
  body: string;
}

/** Delivers the queue of one bot by POST: in order within a key, keys side by side, again until 2xx or too late. */
export class Webhook {
  readonly #queue: UpdateQueue;
  readonly #clock: Clock;
  /** Runs the method call that a 2xx answer may carry. */
  readonly #execute: (body: unknown) => Promise<void>;
  #settings: WebhookSettings | null = null;
  #agent: http.Agent | null = null;
  #busyKeys = new Set<string>();
  readonly #retries = new Map<number, Retry>();
  #cancelTimer: (() => void) | null = null;
  #inFlight = 0;
  #connections = 0;
  #credit = NEW_CONNECTIONS;
  #creditAt = 0;
  #lastSuccessAt = 0;
  #goneSince: number | null = null;
  #lastError: { date: number; message: string } | null = null;

  constructor(queue: UpdateQueue, clock: Clock, execute: (body: unknown) => Promise<void>) {
    this.#queue = queue;
    this.#clock = clock;
    this.#execute = execute;
  }

  get settings(): WebhookSettings | null {
    return this.#settings;
  }

  get lastError(): { date: number; message: string } | null {
    return this.#lastError;
  }

  set(settings: WebhookSettings | null): void {
    this.#settings = settings;
    this.#agent?.destroy();
    this.#agent = null;
    this.#busyKeys = new Set();
    this.#retries.clear();
    this.#lastError = null;
    this.#goneSince = null;
    this.#inFlight = 0;
    this.#connections = 0;
    this.#credit = NEW_CONNECTIONS;
    this.#lastSuccessAt = this.#clock.now();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (settings === null) return;
    const options = { keepAlive: true, maxSockets: settings.maxConnections };
    const isSecure = settings.url.startsWith('https:');
    this.#agent = isSecure
      ? new https.Agent(
          settings.certificate === undefined ? options : { ...options, ca: settings.certificate },
        )
      : new http.Agent(options);
    this.wake();
  }

  /** Something may be deliverable now. */
  wake(): void {
    if (this.#settings === null || this.#cancelTimer !== null) return;
    this.#cancelTimer = this.#clock.after(0, () => {
      this.#cancelTimer = null;
      this.#deliver();
    });
  }

  #deliver(): void {
    const settings = this.#settings;
    if (settings === null) return;
    for (const update of this.#queue.takeReplays()) void this.#post(settings, update);
    const now = this.#clock.now();
    let nextAt = Number.POSITIVE_INFINITY;
    const blocked = new Set(this.#busyKeys);
    for (const update of this.#queue.pending()) {
      if (this.#inFlight >= settings.maxConnections) break;
      if (blocked.has(update.orderKey)) continue;
      blocked.add(update.orderKey);
      const notBefore = this.#retries.get(update.id)?.notBefore ?? 0;
      if (notBefore > now) {
        nextAt = Math.min(nextAt, notBefore);
        continue;
      }
      const wait = this.#connectionWait(now);
      if (wait > 0) {
        nextAt = Math.min(nextAt, now + wait);
        break;
      }
      this.#busyKeys.add(update.orderKey);
      void this.#attempt(settings, update);
    }
    if (nextAt !== Number.POSITIVE_INFINITY && this.#cancelTimer === null) {
      this.#cancelTimer = this.#clock.after(nextAt - now, () => {
        this.#cancelTimer = null;
        this.#deliver();
      });
    }
  }

  /** Milliseconds until another connection may be opened; 0 when one is free or may be opened now. */
  #connectionWait(now: number): number {
    if (this.#inFlight < this.#connections) return 0;
    const isSick = now - this.#lastSuccessAt > SICK_AFTER_MS;
    const refill = isSick ? SICK_REFILL_MS : HEALTHY_REFILL_MS;
    if (now - this.#creditAt >= refill) {
      this.#credit = isSick ? 1 : NEW_CONNECTIONS;
      this.#creditAt = now;
    }
    if (this.#credit === 0) return this.#creditAt + refill - now;
    this.#credit -= 1;
    this.#connections += 1;
    return 0;
  }

  async #attempt(settings: WebhookSettings, update: QueuedUpdate): Promise<void> {
    const keys = this.#busyKeys;
    this.#inFlight += 1;
    const answer = await this.#post(settings, update);
    // Another webhook may have been set meanwhile: then this outcome concerns nobody.
    if (this.#settings !== settings) return;
    this.#inFlight -= 1;
    keys.delete(update.orderKey);
    if (answer !== null && answer.status >= 200 && answer.status < 300) this.#succeeded(update, answer);
    else this.#failed(update, answer);
    this.wake();
  }

  #succeeded(update: QueuedUpdate, answer: Answer): void {
    this.#lastSuccessAt = this.#clock.now();
    this.#goneSince = null;
    this.#retries.delete(update.id);
    this.#queue.forget(update.id);
    if (!answer.body.trimStart().startsWith('{')) return;
    try {
      const call: unknown = JSON.parse(answer.body);
      this.#execute(call).catch(() => {});
    } catch {
      // A body that is no JSON is nobody's business, as on Telegram.
    }
  }

  #failed(update: QueuedUpdate, answer: Answer | null): void {
    this.#connections = Math.max(0, this.#connections - 1);
    const date = unixTime(this.#clock);
    const message =
      answer === null
        ? 'Webhook connection closed'
        : `Wrong response from the webhook: ${answer.status} ${answer.reason}`;
    this.#lastError = { date, message };
    if (answer?.status === 410) {
      this.#goneSince ??= date;
      if (date - this.#goneSince > GONE_AFTER_SECONDS) {
        this.set(null);
        return;
      }
    } else this.#goneSince = null;
    const retry = this.#retries.get(update.id) ?? { fails: 0, delaySeconds: 1, notBefore: 0 };
    let wait = 0;
    if (answer !== null && answer.retryAfter > 0) wait = answer.retryAfter;
    else if (retry.fails > 0) {
      retry.delaySeconds = Math.min(retry.delaySeconds * 2, randomInt(60, 121));
      wait = retry.delaySeconds;
    }
    retry.fails += 1;
    retry.notBefore = this.#clock.now() + wait * 1000;
    this.#retries.set(update.id, retry);
  }

  #post(settings: WebhookSettings, update: QueuedUpdate): Promise<Answer | null> {
    return new Promise((resolve) => {
      const { url, secretToken, ipAddress } = settings;
      const body = Buffer.from(update.json);
      const headers: http.OutgoingHttpHeaders = {
        'content-type': 'application/json',
        'content-length': body.length,
        'accept-encoding': 'gzip, deflate',
        connection: 'keep-alive',
        host: new URL(url).host,
      };
      if (secretToken !== undefined) headers['x-telegram-bot-api-secret-token'] = secretToken;
      const target = new URL(url);
      const send = target.protocol === 'https:' ? https.request : http.request;
      const where = ipAddress === undefined ? {} : { host: ipAddress, servername: target.hostname };
      const agent = this.#agent ?? undefined;
      const request = send(target, {
        method: 'POST',
        headers,
        ...where,
        ...(agent === undefined ? {} : { agent }),
      });
      const cancel = this.#clock.after(RESPONSE_TIMEOUT_MS, () => request.destroy());
      const finish = (answer: Answer | null): void => {
        cancel();
        resolve(answer);
      };
      request.on('error', () => finish(null));
      // A request also closes right after its response ended: that is no failure.
      let hasResponse = false;
      request.on('close', () => {
        if (!hasResponse) finish(null);
      });
      request.on('response', (response) => {
        hasResponse = true;
        readAnswer(response).then(finish, () => finish(null));
      });
      request.end(body);
    });
  }
}

async function readAnswer(response: http.IncomingMessage): Promise<Answer> {
  const raw = await buffer(response);
  const encoding = response.headers['content-encoding'];
  const decode = encoding === 'gzip' ? promisify(gunzip) : encoding === 'deflate' ? promisify(inflate) : null;
  const body = decode === null ? raw : await decode(raw);
  const retryAfter = Number(response.headers['retry-after'] ?? 0);
  return {
    status: response.statusCode ?? 0,
    reason: response.statusMessage ?? '',
    retryAfter: Number.isFinite(retryAfter) ? Math.min(retryAfter, LONGEST_RETRY_AFTER_SECONDS) : 0,
    body: body.toString('utf8'),
  };
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookFault } from './faults.ts';
import type { Job } from './jobs.ts';
import type { Journal, WebhookAttempt } from './journal.ts';
import { signWebhook, type FalKeys } from './keys.ts';
import type { FalSettings } from './settings.ts';

interface SenderParts {
  settings: () => FalSettings;
  keys: FalKeys;
  journal: Journal;
  userId: string;
  keep: (job: Job) => void;
  /** When the stored result goes; webhooks are given up then. */
  expiresAt: (job: Job) => number;
  keysChanged: () => void;
}

export interface WebhookSender {
  /** Delivers until acknowledged, refused for good, or the result expired; resolves after the first attempt. */
  deliver(job: Job): Promise<void>;
  /** One attempt more, with these faults; for tests that repeat or spoil a delivery on purpose. */
  sendOnce(job: Job, faults: WebhookFault[]): Promise<WebhookAttempt>;
  close(): void;
}

/** FAL's wording when a payload cannot be sent along. */
const NOT_SERIALIZABLE =
  'Response payload is not JSON serializable. Either return a JSON serializable object or use the queue endpoint to retrieve the response.';

export function createWebhookSender(parts: SenderParts): WebhookSender {
  const stopping = new AbortController();

  const attempt = async (job: Job, number: number, faults: WebhookFault[]): Promise<WebhookAttempt> => {
    const url = job.webhookUrl ?? '';
    const now = faults.filter((fault) => strikesAttempt(fault, number));
    const message = composeWebhook(job, now, parts);
    const started = performance.now();
    const line: WebhookAttempt = {
      at: new Date().toISOString(),
      requestId: job.requestId,
      job: jobParameter(url),
      url,
      attempt: number,
      timestamp: message.timestamp,
      status: null,
      outcome: 'to be retried',
      faults: now.map((fault) => fault.kind),
      milliseconds: 0,
    };
    if (now.some((fault) => fault.kind === 'webhook_lost')) {
      line.outcome = 'lost on purpose';
    } else {
      const { firstTimeoutSeconds, retryTimeoutSeconds } = parts.settings().webhooks;
      const patience = (number === 1 ? firstTimeoutSeconds : retryTimeoutSeconds) * 1000;
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'user-agent': 'fal-webhook', ...message.headers },
          body: message.body,
          redirect: 'manual',
          signal: AbortSignal.any([
            stopping.signal,
            AbortSignal.timeout(patience / parts.settings().timeScale),
          ]),
        });
        await response.body?.cancel();
        line.status = response.status;
        line.outcome = judge(response.status);
      } catch (error) {
        line.error = error instanceof Error ? describeError(error) : String(error);
      }
    }
    line.milliseconds = Math.round(performance.now() - started);
    if (!stopping.signal.aborted) parts.journal.note('webhooks', line);
    return line;
  };

  const retry = async (job: Job, first: WebhookAttempt): Promise<void> => {
    let last = first;
    for (let number = 2; ; number += 1) {
      // Each turn reads the settings anew: the scale may change while a delivery is under way.
      const { webhooks, timeScale } = parts.settings();
      if (last.outcome === 'acknowledged' || last.outcome === 'refused for good') break;
      const lostForever = job.webhookFaults.some(
        (fault) => fault.kind === 'webhook_lost' && fault.attempts === undefined,
      );
      const pause = Math.min(webhooks.backoffSeconds * 2 ** (number - 2), webhooks.longestBackoffSeconds);
      const pauseMs = (pause * 1000) / timeScale;
      if (lostForever || number > webhooks.maxRetries + 1 || Date.now() + pauseMs > parts.expiresAt(job)) {
        if (!lostForever) last.outcome = 'given up';
        break;
      }
      await sleep(pauseMs, undefined, { signal: stopping.signal });
      last = await attempt(job, number, job.webhookFaults);
    }
    job.webhookDone = true;
    parts.keep(job);
  };

  return {
    async deliver(job) {
      if (job.webhookUrl === null || job.webhookDone) return;
      await sleep(lateness(job), undefined, { signal: stopping.signal }).catch(() => null);
      if (stopping.signal.aborted) return;
      if (job.webhookFaults.some((fault) => fault.kind === 'webhook_rotated_key')) {
        parts.keys.rotate();
        parts.keysChanged();
      }
      const first = await attempt(job, 1, job.webhookFaults);
      for (let copy = 1; copy < copies(job); copy += 1) await attempt(job, 1, job.webhookFaults);
      // Retries go on in the background and end silently with the process.
      retry(job, first).catch(() => null);
    },
    sendOnce: (job, faults) => attempt(job, 1, faults),
    close: () => stopping.abort(),
  };
}

function composeWebhook(job: Job, faults: WebhookFault[], parts: SenderParts) {
  const has = (kind: WebhookFault['kind']): boolean => faults.some((fault) => fault.kind === kind);
  const foreign = has('webhook_foreign') ? randomUUID() : null;
  const bodyId = foreign ?? (has('webhook_mismatch') ? randomUUID() : job.requestId);
  const headerId = foreign ?? job.requestId;
  const body = JSON.stringify(webhookPayload(job, bodyId, foreign, has('webhook_payload_error')));
  const drift = faults.find((fault) => fault.kind === 'webhook_stale')?.seconds ?? 0;
  const timestamp = Math.floor(Date.now() / 1000) + drift;
  const signed = signWebhook(body, {
    requestId: headerId,
    userId: parts.userId,
    timestamp,
    ...(has('webhook_wrong_signature') ? {} : { key: parts.keys.current() }),
  });
  return {
    timestamp,
    headers: has('webhook_unsigned') ? {} : signed,
    body: has('webhook_altered') ? body.replace('"status":', '"altered":true,"status":') : body,
  };
}

function webhookPayload(job: Job, bodyId: string, foreign: string | null, unserializable: boolean): object {
  const outcome = job.outcome;
  if (outcome === null) throw new Error(`job ${job.requestId} is not over`);
  const ids = { request_id: bodyId, gateway_request_id: foreign ?? job.gatewayRequestId };
  if (outcome.error !== null) {
    const error = `Invalid status code: ${outcome.status}`;
    // A plain 404 of the runner reaches webhooks without its body (seen in the field).
    if (unserializable || outcome.status === 404) {
      return { ...ids, status: 'ERROR', error, payload: null, payload_error: NOT_SERIALIZABLE };
    }
    return { ...ids, status: 'ERROR', error, payload: outcome.body };
  }
  if (unserializable) return { ...ids, status: 'OK', payload: null, payload_error: NOT_SERIALIZABLE };
  return { ...ids, status: 'OK', payload: outcome.body };
}

function judge(status: number): WebhookAttempt['outcome'] {
  if (status >= 200 && status < 300) return 'acknowledged';
  return status >= 300 && status < 400 ? 'refused for good' : 'to be retried';
}

function strikesAttempt(fault: WebhookFault, number: number): boolean {
  return !('attempts' in fault) || fault.attempts === undefined || number <= fault.attempts;
}

function lateness(job: Job): number {
  return (job.webhookFaults.find((fault) => fault.kind === 'webhook_late')?.seconds ?? 0) * 1000;
}

function copies(job: Job): number {
  return job.webhookFaults.find((fault) => fault.kind === 'webhook_repeated')?.count ?? 1;
}

/** The product's own job id in its webhook address. */
export function jobParameter(url: string | null): string | null {
  return url !== null && URL.canParse(url) ? new URL(url).searchParams.get('job') : null;
}

function describeError(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

import { withDeadline } from '@aisha/service';
import { z } from 'zod';
import { retryAfterMs, transportFailure } from '../transport.ts';
import { detailTypes, errorDetails, isLockText, type FalErrorDetail } from './errors.ts';

export type SubmitOutcome =
  | {
      readonly kind: 'accepted';
      readonly requestId: string;
      readonly queuePosition: number | null;
      readonly responseUrl: string | null;
      readonly statusUrl: string | null;
      readonly cancelUrl: string | null;
    }
  /** FAL said no: there is no job. `locked`: the whole account (balance, budget, payment). */
  | {
      readonly kind: 'refused';
      readonly reason: 'locked' | 'unauthorized' | 'forbidden' | 'invalid' | 'not-found';
      readonly detail: string;
      readonly status: number;
    }
  /** Surely no job: the same submit may be tried again. */
  | { readonly kind: 'not-sent'; readonly why: string; readonly retryAfterMs: number }
  /** There may be a paid job: never submit again, wait for the webhook or the deadline. */
  | { readonly kind: 'unclear'; readonly why: string };

export interface SubmitOptions {
  /** With our job id and token in its query. */
  readonly webhookUrl?: string;
  readonly signal?: AbortSignal | null | undefined;
}

export interface SubmitTarget {
  readonly queueUrl: string;
  readonly apiKey: string | null;
  readonly timeoutMs: number;
}

const acceptedShape = z.object({
  request_id: z.string().min(1).max(200),
  // The id decides; what else is of another form than documented is as good as absent.
  queue_position: z.number().nullish().catch(null),
  response_url: z.string().nullish().catch(null),
  status_url: z.string().nullish().catch(null),
  cancel_url: z.string().nullish().catch(null),
});

/**
 * One POST, with plain fetch: FAL has no idempotency key and its own client repeats a submit up to three times
 * whatever it is told, each repeat being a second bill.
 */
export async function submitOnce(
  target: SubmitTarget,
  model: string,
  input: Readonly<Record<string, unknown>>,
  options: SubmitOptions,
): Promise<SubmitOutcome> {
  if (options.signal?.aborted === true) return { kind: 'not-sent', why: 'aborted', retryAfterMs: 0 };
  const url = new URL(`${target.queueUrl}/${model}`);
  if (options.webhookUrl !== undefined) url.searchParams.set('fal_webhook', options.webhookUrl);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(target.apiKey === null ? {} : { authorization: `Key ${target.apiKey}` }),
      },
      body: JSON.stringify(input),
      // A followed redirect could be a second POST.
      redirect: 'manual',
      signal: withDeadline(options.signal, target.timeoutMs),
    });
    return readAnswer(response, await response.text());
  } catch (error) {
    const failure = transportFailure(error);
    return failure.kind === 'not-sent'
      ? { kind: 'not-sent', why: failure.why, retryAfterMs: 5_000 }
      : { kind: 'unclear', why: failure.why };
  }
}

function readAnswer(response: Response, text: string): SubmitOutcome {
  const { status } = response;
  const body = parseJson(text);
  if (response.ok) {
    const accepted = acceptedShape.safeParse(body);
    if (!accepted.success) return { kind: 'unclear', why: `unreadable answer with status ${status}` };
    return {
      kind: 'accepted',
      requestId: accepted.data.request_id,
      queuePosition: accepted.data.queue_position ?? null,
      responseUrl: accepted.data.response_url ?? null,
      statusUrl: accepted.data.status_url ?? null,
      cancelUrl: accepted.data.cancel_url ?? null,
    };
  }
  const details = errorDetails(body);
  const detail = detailTypes(details);
  // Refused at the door; no job is made.
  if (status === 429 || status === 503) {
    const why = `HTTP ${status}${detail === '' ? '' : ` ${detail}`}`;
    return { kind: 'not-sent', why, retryAfterMs: retryAfterMs(response.headers) ?? 10_000 };
  }
  // Redirects and time-outs among them: whether a job was made nobody can tell.
  if (status < 400 || status === 408 || status >= 500) return { kind: 'unclear', why: `HTTP ${status}` };
  return { kind: 'refused', reason: refusal(status, details), detail, status };
}

function refusal(status: number, details: readonly FalErrorDetail[]) {
  if (status === 402 || details.some(({ msg }) => isLockText(msg))) return 'locked';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  return status === 404 ? 'not-found' : 'invalid';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import type { TelegramConfig } from '@aisha/config';
import { withDeadline } from '@aisha/service';
import type { Update } from 'telegraf/types';
import { z } from 'zod';
import { isRecord } from '../shapes.ts';
import { knownDescription } from './descriptions.ts';
import { retryAfterMs, transportFailure } from '../transport.ts';

/** What Aisha wants to be told of; Telegram keeps this list for the bot until it is given another one. */
export const ALLOWED_UPDATES = [
  'message',
  'callback_query',
  'pre_checkout_query',
  'subscription',
  'my_chat_member',
] as const;

export interface PollOptions {
  /** Confirms, for ever, every update below it. 0: from the oldest one kept. */
  readonly offset: number;
  readonly limit: number;
  /** Seconds that the server may wait for news, 0 to 50. */
  readonly timeoutS: number;
  readonly signal?: AbortSignal | null | undefined;
}

export type PollOutcome =
  | { readonly kind: 'updates'; readonly updates: Update[] }
  /** Another poller, or a webhook that is set. A signal, not an error. */
  | { readonly kind: 'conflict'; readonly by: 'poller' | 'webhook'; readonly description: string }
  | { readonly kind: 'unauthorized'; readonly description: string }
  | { readonly kind: 'server-error'; readonly status: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'network'; readonly why: string }
  | { readonly kind: 'aborted' };

// Longer than the server may wait: a black-holed connection ends here and not after minutes.
const GRACE_MS = 10_000;

const updateShape = z.custom<Update>((value) => isRecord(value) && Number.isInteger(value['update_id']));
const answerShape = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.array(updateShape) }),
  z.object({
    ok: z.literal(false),
    description: z.string().default(''),
    parameters: z.object({ retry_after: z.number().optional() }).optional(),
  }),
]);

export function createPoll(options: {
  readonly config: Pick<TelegramConfig, 'token' | 'apiRoot'>;
}): (poll: PollOptions) => Promise<PollOutcome> {
  const { config } = options;
  const url = `${config.apiRoot}/bot${config.token}/getUpdates`;
  // The connection of a conflict is closed with the next poll: it may lead to the server side that lost.
  let closing = false;

  return async (poll) => {
    const signal = withDeadline(poll.signal, poll.timeoutS * 1000 + GRACE_MS);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(closing ? { connection: 'close' } : {}) },
        body: JSON.stringify({
          offset: poll.offset,
          limit: poll.limit,
          timeout: poll.timeoutS,
          allowed_updates: ALLOWED_UPDATES,
        }),
        redirect: 'error',
        signal,
      });
      const text = await response.text();
      const outcome = readAnswer(response, text);
      closing = outcome.kind === 'conflict';
      return outcome;
    } catch (error) {
      const failure = transportFailure(error, poll.signal);
      return failure.kind === 'aborted' ? { kind: 'aborted' } : { kind: 'network', why: failure.why };
    }
  };
}

function readAnswer(response: Response, text: string): PollOutcome {
  const answer = answerShape.safeParse(parseJson(text)).data;
  const { status } = response;
  if (answer?.ok === true) return { kind: 'updates', updates: answer.result };
  const description = knownDescription(answer?.description ?? '');
  if (status === 409) {
    return {
      kind: 'conflict',
      by: /webhook is active/i.test(description) ? 'webhook' : 'poller',
      description,
    };
  }
  // The cloud answers 404 to a malformed token, 401 to a wrong one, a filtered server 421.
  if (answer !== undefined && (status === 401 || status === 404 || status === 421)) {
    return { kind: 'unauthorized', description };
  }
  const wait = answer?.parameters?.retry_after;
  return {
    kind: 'server-error',
    status,
    retryAfterMs: wait === undefined ? retryAfterMs(response.headers) : wait * 1000,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { TelegramError } from 'telegraf';
import { transportFailure } from '../transport.ts';
import { knownDescription } from './descriptions.ts';
import { methodRules } from './methods.ts';

/** What became of a call. Only bugs throw; everything that happens in the life of a bot is one of these. */
export type SendOutcome<T = unknown> =
  | { readonly kind: 'ok'; readonly result: T }
  /** Nothing to do, no error: see `why`. */
  | { readonly kind: 'unchanged'; readonly why: Unchanged }
  /** Blocked, deactivated, kicked, no such chat: stop sending there. */
  | { readonly kind: 'unreachable'; readonly why: string }
  /** Surely not done (or harmless to repeat): do it again after that time. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly why: string }
  /** A send that may or may not have happened; Telegram offers no way to find out. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** A bug or content that Telegram does not take. */
  | { readonly kind: 'refused'; readonly code: number; readonly description: string }
  /** The group became a supergroup with this id; use it from now on. */
  | { readonly kind: 'migrated'; readonly chatId: number };

export type Unchanged =
  /** The message already looks like this. */
  | 'not-modified'
  /** The callback or pre-checkout query has expired. */
  | 'too-old'
  /** The message to edit or delete does not exist any more. */
  | 'gone'
  /** The message cannot be edited (too old, not ours, a photo edited as text): send a new one. */
  | 'not-editable'
  /** Progress that would have had to wait; the next one will tell more. */
  | 'dropped';

const unchanged: readonly (readonly [RegExp, Unchanged])[] = [
  [/message is not modified/, 'not-modified'],
  [/query is too old|query ID is invalid|QUERY_ID_INVALID/i, 'too-old'],
  [/message to (?:edit|delete) not found|MESSAGE_ID_INVALID|message identifier is not specified/i, 'gone'],
  [/message can't be (?:edited|deleted)|there is no (?:text|caption|media) in the message/, 'not-editable'],
];

const noSuchChat =
  /chat not found|user not found|PEER_ID_INVALID|group chat was deactivated|have no rights to send|not enough rights to send|CHAT_WRITE_FORBIDDEN/i;

/** `why` of a retry that is Telegram's own 429. */
export const tooManyRequests = 'too many requests';

export const replyTargetGone = /message to be replied not found|reply message not found/;

/** Sorts what telegraf threw. Of Telegram's words only known ones are kept: others may repeat what was sent. */
export function classifySendError(
  error: unknown,
  method: string,
  options: { readonly signal?: AbortSignal | null | undefined },
): Exclude<SendOutcome, { kind: 'ok' }> {
  const { idempotent } = methodRules(method);
  if (error instanceof TelegramError) {
    return classifyAnswer(error.code, knownDescription(error.description), error.parameters, idempotent);
  }
  const failure = transportFailure(error, options.signal);
  if (failure.kind === 'not-sent' || idempotent) return { kind: 'retry', afterMs: 1_000, why: failure.why };
  return { kind: 'unknown', why: failure.why };
}

function classifyAnswer(
  code: number,
  description: string,
  parameters: { readonly retry_after?: number; readonly migrate_to_chat_id?: number } | undefined,
  idempotent: boolean,
): Exclude<SendOutcome, { kind: 'ok' }> {
  if (code === 429) {
    return { kind: 'retry', afterMs: (parameters?.retry_after ?? 3) * 1000, why: tooManyRequests };
  }
  if (code >= 500) {
    const why = `HTTP ${code}`;
    return idempotent ? { kind: 'retry', afterMs: 1_000, why } : { kind: 'unknown', why };
  }
  if (parameters?.migrate_to_chat_id !== undefined) {
    return { kind: 'migrated', chatId: parameters.migrate_to_chat_id };
  }
  if (code === 403 || noSuchChat.test(description)) return { kind: 'unreachable', why: description };
  const why = unchanged.find(([pattern]) => pattern.test(description))?.[1];
  return why === undefined ? { kind: 'refused', code, description } : { kind: 'unchanged', why };
}

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
  /** The chat is there and takes no message of this kind from us; another kind, or another chat, may do. */
  | { readonly kind: 'forbidden'; readonly why: string }
  /** The topic is closed or gone, or was none; without a topic: the group's General is closed. The chat is there. */
  | { readonly kind: 'no-topic'; readonly why: string }
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

type Meaning =
  | { readonly kind: 'unchanged'; readonly why: Unchanged }
  | { readonly kind: 'unreachable' | 'forbidden' | 'no-topic' };

/**
 * What Telegram's words mean, the first that match; a 400 that is not here is a bug of ours, a 403 forbids this message
 * and says nothing of the chat. Source: the Bot API server (`Client.cpp`) and the errors of the API behind it.
 */
const MEANINGS: readonly (readonly [RegExp, Meaning])[] = [
  [/message is not modified|MESSAGE_NOT_MODIFIED/, { kind: 'unchanged', why: 'not-modified' }],
  [/query is too old|query ID is invalid|QUERY_ID_INVALID/i, { kind: 'unchanged', why: 'too-old' }],
  [
    /message to (?:edit|delete) not found|MESSAGE_ID_INVALID|message identifier is not specified/i,
    { kind: 'unchanged', why: 'gone' },
  ],
  [
    /message can't be (?:edited|deleted)|there is no (?:text|caption|media) in the message/,
    { kind: 'unchanged', why: 'not-editable' },
  ],
  [/message thread not found|(?:TOPIC|THREAD)_(?:CLOSED|DELETED|ID_INVALID)/i, { kind: 'no-topic' }],
  [
    /bot was (?:blocked by the user|kicked)|bot is not a member|user is deactivated|can't initiate conversation/,
    { kind: 'unreachable' },
  ],
  [
    /chat not found|user not found|group chat was (?:deactivated|deleted)|bots? can't send messages to/,
    { kind: 'unreachable' },
  ],
  [
    /PEER_ID_INVALID|CHAT_ID_INVALID|CHANNEL_INVALID|CHANNEL_PRIVATE|USER_IS_BLOCKED|(?:INPUT_)?USER_DEACTIVATED/,
    { kind: 'unreachable' },
  ],
  [/no rights to|not enough rights|need administrator rights|restricted receiving/i, { kind: 'forbidden' }],
  [
    /CHAT_RESTRICTED|CHAT_WRITE_FORBIDDEN|CHAT_(?:GUEST_)?SEND_\w*FORBIDDEN|VOICE_MESSAGES_FORBIDDEN|CHAT_ADMIN_REQUIRED|USER_BANNED_IN_CHANNEL|ALLOW_PAYMENT_REQUIRED/,
    { kind: 'forbidden' },
  ],
];

/** `why` of a retry that is Telegram's own 429. */
export const TOO_MANY_REQUESTS = 'too many requests';

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
    return { kind: 'retry', afterMs: (parameters?.retry_after ?? 3) * 1000, why: TOO_MANY_REQUESTS };
  }
  if (code >= 500) {
    const why = `HTTP ${code}`;
    return idempotent ? { kind: 'retry', afterMs: 1_000, why } : { kind: 'unknown', why };
  }
  if (parameters?.migrate_to_chat_id !== undefined) {
    return { kind: 'migrated', chatId: parameters.migrate_to_chat_id };
  }
  const meaning = MEANINGS.find(([pattern]) => pattern.test(description))?.[1];
  if (meaning?.kind === 'unchanged') return meaning;
  if (meaning) return { kind: meaning.kind, why: description };
  return code === 403 ? { kind: 'forbidden', why: description } : { kind: 'refused', code, description };
}

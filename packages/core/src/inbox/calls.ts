import type { OwedCall } from '@aisha/db';
import type { BotMethod, SendOutcome, SendPriority, TelegramClient } from '@aisha/providers';
import { classifyError, retryTransient, TransientError } from '@aisha/service';
import type { Storage } from '@aisha/storage';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { DeciderParts, SentMessage } from '../parts.ts';
import { keepGroupMessage } from '../users/group-messages.ts';
import { moveChat } from '../users/move-chat.ts';
import { markUnreachable } from '../users/users.ts';
import { moved, otherWays } from './ways.ts';

type BindTarget = NonNullable<OwedCall['bind']>['to'];

/** Keep the ids of sent messages that are edited later; bound in one place, so that the inbox knows no subject. */
export type MessageKeepers = Readonly<
  Record<BindTarget, (parts: DeciderParts, id: string, sent: SentMessage) => Promise<void>>
>;

export interface CallParts extends DeciderParts {
  readonly telegram: TelegramClient;
  readonly storage: Storage;
  readonly messageKeepers: MessageKeepers;
}

export interface OwedRow {
  readonly owed: readonly OwedCall[];
  /** How many were made before. */
  readonly sent: number;
  /** Sends so far whose outcome nobody knows. */
  readonly unknownOutcomes: number;
}

export interface CallOptions {
  readonly priority: SendPriority;
  readonly signal: AbortSignal;
  /** False once this process must not act any more (it lost the lease): stops before the next call. */
  readonly mayAct?: () => boolean;
  /** Keeps that so many calls were made. */
  readonly onSent: (sent: number, messageId: number | null) => Promise<void>;
  /** Keeps what is owed from now on: a chat did not take a call, or has another id. */
  readonly onOwed: (owed: readonly OwedCall[]) => Promise<void>;
  /** Claims the row for another while (`CLAIM`), if it is claimed still. */
  readonly renewClaim: () => Promise<unknown>;
}

/** `wait`: Telegram asked for a pause, or nobody knows the outcome; the rest is still owed. */
export type CallsOutcome =
  | { readonly kind: 'made' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'wait'; readonly ms: number; readonly unknown: boolean; readonly why: string };

/**
 * An unclear send (time-out, 502, a process killed meanwhile) is repeated after 1, 4, 16, 64 and 256 s: an outage of
 * Telegram of some minutes loses nothing. After the sixth the call counts as made: if Telegram carried out every one
 * and only its answers were lost, the chat has six copies, and more would be a flood.
 */
const MOST_UNKNOWN = 6;
const unknownPauseMs = (before: number) => 1_000 * 4 ** before;

/**
 * While one process makes calls nobody else does. The claim is short and renewed while calls are under way, so that what a
 * killed process was sending goes on soon, and what takes minutes (an upload, a pause that Telegram asked for) is not
 * taken over.
 */
const CLAIM_MS = 20_000;
const CLAIM_RENEWAL_MS = 5_000;
export const CLAIM = sql`now() + make_interval(secs => ${CLAIM_MS / 1_000})`;

/** This process was frozen or cut off for so long that another one may be making the calls. */
export class ClaimLost extends TransientError {}

/** Makes the calls that a claimed row owes, in their order, each kept as made before the next. */
export async function makeCalls(parts: CallParts, row: OwedRow, options: CallOptions): Promise<CallsOutcome> {
  let claimedAt = performance.now();
  const isClaimed = () => performance.now() - claimedAt < CLAIM_MS;
  const renewing = setInterval(() => {
    // After a freeze this may come first: what ran out may be another process's, and must not be renewed.
    if (!isClaimed()) return;
    const asked = performance.now();
    options.renewClaim().then(
      () => (claimedAt = asked),
      (error: unknown) => parts.log.debug('a claim was not renewed', { error }),
    );
  }, CLAIM_RENEWAL_MS);
  try {
    return await callInTurn(parts, row, options, isClaimed);
  } finally {
    clearInterval(renewing);
  }
}

type Untaken = Extract<SendOutcome, { kind: 'forbidden' | 'no-topic' | 'unreachable' }>;

async function callInTurn(
  parts: CallParts,
  row: OwedRow,
  options: CallOptions,
  isClaimed: () => boolean,
): Promise<CallsOutcome> {
  // Forgotten because the database restarts just now, a call would be made twice. Kept even by who has to stop.
  const remember = (sent: number, messageId: number | null, call?: OwedCall, fileId?: string | null) =>
    retryTransient(
      async () => {
        // An edited message is known already.
        if (call && messageId !== null && messageId !== call.payload['message_id'])
          await keepMessage(parts, call, messageId, fileId);
        await options.onSent(sent, messageId);
      },
      { attempts: 8, minDelayMs: 200, maxDelayMs: 2_000 },
    );
  let { owed } = row;
  let i = row.sent;
  const rewrite = async (next: readonly OwedCall[]) => {
    await retryTransient(() => options.onOwed(next), { attempts: 8, minDelayMs: 200, maxDelayMs: 2_000 });
    owed = next;
  };
  const otherwise = async (call: OwedCall, { kind, why }: Untaken) => {
    const ways = otherWays(call, kind);
    parts.log.warn('a chat does not take a message', { method: call.method, why, otherWay: ways.length > 0 });
    if (ways.length > 0) await rewrite(owed.toSpliced(i, 1, ...ways));
    else await remember(++i, null);
  };
  for (let call = owed[i]; call; call = owed[i]) {
    if (options.signal.aborted || options.mayAct?.() === false)
      return { kind: 'wait', ms: 0, unknown: false, why: 'stopping' };
    if (!isClaimed()) throw new ClaimLost('what is owed may be another process’s by now');
    const outcome = await makeCall(parts, call, options).catch(notSent);
    switch (outcome.kind) {
      case 'ok': {
        await remember(++i, messageIdOf(outcome.result), call, fileIdOf(outcome.result));
        break;
      }
      case 'unchanged':
        await remember(++i, null);
        break;
      case 'refused':
        // Content that Telegram does not take is a bug of ours: repeating cannot help, staying silent would hide it.
        parts.log.error('Telegram refused a call', {
          method: call.method,
          code: outcome.code,
          description: outcome.description,
        });
        await remember(++i, null);
        break;
      case 'unreachable':
        if (typeof call.payload['chat_id'] === 'number')
          await markUnreachable(parts.db, call.payload['chat_id'], outcome.why);
        // Out of a group, what is for one person there goes to that person; whoever shut us out has nobody else.
        if (!call.instead && !isGroup(call)) return { kind: 'unreachable' };
        await otherwise(call, outcome);
        break;
      case 'forbidden':
      case 'no-topic':
        await otherwise(call, outcome);
        break;
      case 'migrated': {
        const from = call.payload['chat_id'];
        if (typeof from !== 'number') return { kind: 'unreachable' };
        const to = outcome.chatId;
        await parts.db.transaction((tx) => moveChat(tx, from, to));
        parts.log.info('a group became a supergroup', { chatId: from, toChatId: to });
        await rewrite([...owed.slice(0, i), ...owed.slice(i).flatMap((one) => moved(one, from, to))]);
        if (i >= owed.length) await remember(owed.length, null);
        break;
      }
      case 'retry':
        return { kind: 'wait', ms: outcome.afterMs, unknown: false, why: outcome.why };
      case 'unknown':
        if (row.unknownOutcomes + 1 >= MOST_UNKNOWN) {
          parts.log.error('a send never had a known outcome; it counts as made', { method: call.method });
          await remember(++i, null);
          break;
        }
        return { kind: 'wait', ms: unknownPauseMs(row.unknownOutcomes), unknown: true, why: outcome.why };
      default:
        outcome satisfies never;
    }
  }
  return { kind: 'made' };
}

const isGroup = ({ payload }: OwedCall): boolean =>
  typeof payload['chat_id'] === 'number' && payload['chat_id'] < 0;

/** Keeps the id of a new message where it is needed later: to edit it, to know whose it is. */
async function keepMessage(
  parts: CallParts,
  { bind, answers, payload }: OwedCall,
  messageId: number,
  fileId: string | null | undefined,
): Promise<void> {
  const { chat_id: chatId, message_thread_id: thread } = payload;
  if (typeof chatId !== 'number') return;
  const threadId = typeof thread === 'number' ? thread : null;
  if (bind) await parts.messageKeepers[bind.to](parts, bind.id, { chatId, threadId, messageId, fileId });
  if (answers !== undefined && chatId < 0)
    await keepGroupMessage(parts.db, { chatId, messageId, ownerId: answers });
}

/** Nothing was sent: a file could not be read now, or the call itself is a bug, which no repeating heals. */
function notSent(error: unknown): SendOutcome {
  const why = error instanceof Error ? error.message : String(error);
  return classifyError(error) === 'transient'
    ? { kind: 'retry', afterMs: 2_000, why }
    : { kind: 'refused', code: 0, description: why };
}

/** `media.3`: of the fourth item of an album. */
const OF_ALBUM = /^media\.(\d+)$/;

const album = z.array(z.looseObject({ media: z.unknown().optional() })).catch([]);
const albumOf = ({ payload }: OwedCall) => album.parse(payload['media']);

/** Whether Telegram's own id of a file that was sent before stands where the file would. */
function isKnown(call: OwedCall, field: string): boolean {
  const item = OF_ALBUM.exec(field)?.[1];
  const value = item === undefined ? call.payload[field] : albumOf(call)[Number(item)]?.media;
  return typeof value === 'string';
}

/** The call with these of its files in it; null when one of them was deleted. */
async function withFiles(
  storage: Storage,
  call: OwedCall,
  wanted: (field: string) => boolean,
): Promise<Record<string, unknown> | null> {
  const files = Object.fromEntries(Object.entries(call.files ?? {}).filter(([field]) => wanted(field)));
  const loaded = await readFiles(storage, files);
  if (loaded === null) return null;
  const plain = Object.entries(loaded).filter(([field]) => !OF_ALBUM.test(field));
  const payload = { ...call.payload, ...Object.fromEntries(plain) };
  if (plain.length === Object.keys(loaded).length) return payload;
  return {
    ...payload,
    media: albumOf(call).map((item, n) => {
      const media = loaded[`media.${n}`];
      return media === undefined ? item : { ...item, media };
    }),
  };
}

/** The call with its link signed, as the first of its buttons. */
async function withLink(storage: Storage, call: OwedCall): Promise<OwedCall> {
  if (!call.link) return call;
  const { bucket, key, filename, label, seconds } = call.link;
  const url = await storage.signedUrl(bucket, key, { expiresSeconds: seconds, downloadName: filename });
  const buttons = keyboard.parse(call.payload['reply_markup']);
  const markup = { inline_keyboard: [[{ text: label, url }], ...buttons.inline_keyboard] };
  return { ...call, payload: { ...call.payload, reply_markup: markup } };
}

const keyboard = z.object({ inline_keyboard: z.array(z.unknown()) }).catch({ inline_keyboard: [] });

async function makeCall(parts: CallParts, owed: OwedCall, options: CallOptions): Promise<SendOutcome> {
  const call = await withLink(parts.storage, owed);
  const isSent = (field: string) => isKnown(call, field);
  if (Object.keys(call.files ?? {}).some(isSent)) {
    const again = await withFiles(parts.storage, call, (field) => !isSent(field));
    const outcome = again && (await sendOwed(parts.telegram, call.method, again, options));
    if (outcome && outcome.kind !== 'refused') return outcome;
    // Of another bot, or forgotten there.
    parts.log.info('a file is uploaded again: Telegram does not know its id', { method: call.method });
  }
  const payload = await withFiles(parts.storage, call, () => true);
  // Storage answers, and the object is not there: it was deleted meanwhile, and no waiting brings it back.
  if (payload === null) return sayWithoutFile(parts, call, options);
  // An edit carries its topic only for the new message that it may have to become.
  const { message_thread_id: _thread, ...edit } = payload;
  const isEdit = call.method === 'editMessageText';
  const outcome = await sendOwed(parts.telegram, call.method, isEdit ? edit : payload, options);
  // The message to edit is gone or cannot take this text: it is said anew.
  const lost = outcome.kind === 'unchanged' && (outcome.why === 'gone' || outcome.why === 'not-editable');
  if (!lost || !isEdit) return outcome;
  const { message_id: _gone, ...rest } = call.payload;
  return sendOwed(parts.telegram, 'sendMessage', rest, options);
}

/** What stands below a file that is gone, with its buttons; nothing is said where nothing stands there. */
async function sayWithoutFile(
  parts: CallParts,
  { method, payload, files }: OwedCall,
  options: CallOptions,
): Promise<SendOutcome> {
  const { caption, ...rest } = payload;
  const fields = Object.keys(files ?? {});
  if (typeof caption !== 'string' || caption === '')
    return { kind: 'refused', code: 410, description: 'the file to send was deleted' };
  parts.log.warn('the file to send was deleted; its words are sent alone', { method });
  const words = Object.fromEntries(Object.entries(rest).filter(([name]) => !fields.includes(name)));
  return sendOwed(parts.telegram, 'sendMessage', { ...words, text: caption }, options);
}

/** One Bot API call that was put together elsewhere. */
export function sendOwed(
  telegram: TelegramClient,
  method: string,
  payload: object,
  options: Pick<CallOptions, 'priority' | 'signal'> & { readonly before?: () => Promise<boolean> },
): Promise<SendOutcome> {
  // Owed calls are kept as JSON: their method and payload were built together by `screen.ts` and `results.ts`.
  const { priority, signal, before } = options;
  return telegram.call(method as BotMethod, payload, {
    priority,
    signal,
    ...(before === undefined ? {} : { before }),
  });
}

async function readFiles(
  storage: Storage,
  files: NonNullable<OwedCall['files']>,
): Promise<Record<string, object> | null> {
  const loaded: Record<string, object> = {};
  for (const [field, file] of Object.entries(files)) {
    const source = await storage.get(file.bucket, file.key);
    if (!source) return null;
    loaded[field] = { source, filename: file.filename };
  }
  return loaded;
}

function messageIdOf(result: unknown): number | null {
  const id =
    typeof result === 'object' && result !== null && 'message_id' in result ? result.message_id : null;
  return typeof id === 'number' ? id : null;
}

const sizes = z.array(z.object({ file_id: z.string() })).min(1);
const sentFile = z.object({
  photo: sizes.optional().catch(undefined),
  video: z.object({ file_id: z.string() }).optional().catch(undefined),
});

/** Of a photo the id of its largest version, which Telegram lists last. */
function fileIdOf(result: unknown): string | null {
  const { photo, video } = sentFile.safeParse(result).data ?? {};
  return photo?.at(-1)?.file_id ?? video?.file_id ?? null;
}

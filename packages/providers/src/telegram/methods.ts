import type { ApiMethods, Message } from 'telegraf/types';

/** A file of ours: bytes or a path. Never a stream (it could not be repeated), never an address (we do not fetch). */
export interface Upload {
  readonly source: Buffer | string;
  readonly filename?: string;
}

type Known = ApiMethods<Upload>;
type Invoice = Omit<Parameters<Known['sendInvoice']>[0], 'provider_token'> & { provider_token?: string };

type InvoiceLink = Omit<Parameters<Known['createInvoiceLink']>[0], 'provider_token'> & {
  provider_token?: string;
  subscription_period?: number;
};

type Webhook = Omit<Parameters<Known['setWebhook']>[0], 'allowed_updates'> & {
  allowed_updates?: readonly string[];
};

/** Methods that telegraf's typings (Bot API 7.1) lack or type too narrowly; shapes from Bot API 10.3. */
interface Newer {
  setWebhook(args: Webhook): true;
  refundStarPayment(args: { user_id: number; telegram_payment_charge_id: string }): true;
  /** The oldest first; `source` of what came in, `receiver` of what went out, a refund with its payment's id. */
  getStarTransactions(args: { offset?: number; limit?: number }): { transactions: readonly object[] };
  /** `is_canceled: false` lets the person go on with it. */
  editUserStarSubscription(args: {
    user_id: number;
    telegram_payment_charge_id: string;
    is_canceled: boolean;
  }): true;
  /** A subscription has the only period that there is, 2592000 seconds. */
  createInvoiceLink(args: InvoiceLink): string;
  getMyStarBalance(): { amount: number; nanostar_amount?: number };
  /** Private chats only; a 30-second preview, empty text shows "Thinking…"; finish with sendMessage. */
  sendMessageDraft(args: {
    chat_id: number;
    draft_id: number;
    message_thread_id?: number;
    text?: string;
    parse_mode?: 'HTML';
    can_stop?: boolean;
    keep_on_stop?: boolean;
  }): true;
  /** XTR needs no provider token. */
  sendInvoice(args: Invoice): Message.InvoiceMessage;
}

export type BotApi = Omit<Known, keyof Newer> & Newer;
export type BotMethod = keyof BotApi;
export type BotPayload<M extends BotMethod> =
  Parameters<BotApi[M]> extends [] ? Record<string, never> : NonNullable<Parameters<BotApi[M]>[0]>;
export type BotResult<M extends BotMethod> = ReturnType<BotApi[M]>;

interface MethodRules {
  /** Doing it twice is the same as doing it once: an unclear call may be repeated. */
  readonly idempotent: boolean;
  /** Spends the chat's budget of messages; edits share it with sends. */
  readonly budgeted: boolean;
}

const unlimited = { idempotent: true, budgeted: false } as const;

/** By the beginning of the name; what is not here is a send: once, and out of the chat's budget. */
const families: readonly (readonly [prefix: string, rules: MethodRules])[] = [
  // The second answer to a query gets "query is too old", which is no error; Telegram does not limit them.
  ['answer', unlimited],
  ['get', unlimited],
  ['set', unlimited],
  // The whole state is given each time, or the end state is the same.
  ['edit', { idempotent: true, budgeted: true }],
  ['stop', { idempotent: true, budgeted: true }],
  ['pin', { idempotent: true, budgeted: true }],
  ['delete', unlimited],
  ['unpin', unlimited],
  ['leave', unlimited],
  ['close', unlimited],
  ['sendChatAction', unlimited],
  ['createInvoiceLink', unlimited],
  // A draft is replaced by the next one with the same id.
  ['sendMessageDraft', { idempotent: true, budgeted: true }],
  // A repeated refund answers 400 CHARGE_ALREADY_REFUNDED.
  ['refundStarPayment', unlimited],
];

const send: MethodRules = { idempotent: false, budgeted: true };

export function methodRules(method: string): MethodRules {
  return families.find(([prefix]) => method.startsWith(prefix))?.[1] ?? send;
}

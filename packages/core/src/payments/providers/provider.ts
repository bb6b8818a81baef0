import type { Pack, PaymentsConfig } from '@aisha/config';
import type { TelegramClient } from '@aisha/providers';

/** In the currency's smallest units. */
export interface Price {
  readonly currency: string;
  readonly amount: number;
}

/** What a provider needs to know of a payment to give it back. */
export interface Refundable {
  readonly userId: number;
  readonly chargeId: string;
}

/** `by-hand`: this provider has no way for a program; an operator does it on the provider's own pages. */
export type RefundOutcome =
  | { readonly kind: 'refunded' | 'by-hand' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly why: string };

/** One line of a provider's statement; its id is the charge's, of a refund too. */
export interface Statement {
  readonly chargeId: string;
  readonly kind: 'payment' | 'refund';
  readonly userId: number;
  readonly currency: string;
  /** In the currency's smallest units. */
  readonly amount: number;
  readonly payload: string;
  readonly at: Date;
}

export type StatementPage =
  /** `read`: how many lines the page had, those that are no business of ours included. */
  | { readonly kind: 'page'; readonly lines: readonly Statement[]; readonly read: number }
  | { readonly kind: 'retry'; readonly why: string };

/** Who takes money. A new one is a file beside this and a line in `index.ts`. */
export interface PaymentProvider {
  /** What this provider asks for a pack; null: it does not sell it. */
  price(sales: PaymentsConfig, pack: Pack): Price | null;
  /** Whether a payment in this currency is one of its. */
  takes(currency: string): boolean;
  refund(telegram: TelegramClient, payment: Refundable, signal: AbortSignal): Promise<RefundOutcome>;
  /** Lines of the provider's own statement, `position` of them skipped, the oldest first; null: it tells none. */
  readonly statement:
    | ((telegram: TelegramClient, position: number, signal: AbortSignal) => Promise<StatementPage>)
    | null;
}

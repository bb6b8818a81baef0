import { type OwedCall, telegramUpdates } from '@aisha/db';
import type { Metrics } from '@aisha/service';
import { and, eq, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import type { CallParts } from './calls.ts';

/** What updates mean; the inbox itself knows nothing of what people say. */
export interface Decider {
  /**
   * What each of these updates does and owes, in their order; inside the unit's transaction, without talking to
   * Telegram or waiting for anything but the database.
   */
  decide(
    unit: Unit,
    payloads: readonly Readonly<Record<string, unknown>>[],
  ): Promise<readonly (readonly OwedCall[])[]>;
  /** Owed to the sender of an update that cannot be handled. */
  apology(payload: Readonly<Record<string, unknown>>): readonly OwedCall[];
}

export interface InboxParts extends CallParts {
  readonly conversation: Decider;
  readonly metrics?: Pick<
    Metrics,
    'orders' | 'providerCostUsd' | 'ledgerAlarms' | 'telegramUpdates' | 'telegramUpdateSeconds'
  >;
}

/** `wake`: what waited in this lane can go on now. Told after it is so, and maybe for nothing. */
export interface DispatchParts extends InboxParts {
  readonly wake: (lane: LaneId) => void;
}

export type UpdateRow = typeof telegramUpdates.$inferSelect;

export interface LaneId {
  readonly botId: number;
  readonly lane: string;
}

/**
 * `empty`: all done. `busy`: somebody else is at this lane and will go on with it. `wait`: nothing can be done before
 * that time. `held`: an older press of the same person is not decided; whoever decides it wakes this lane, but it is
 * better looked at again after that time.
 */
export type LaneOutcome =
  | { readonly kind: 'empty' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'wait' | 'held'; readonly ms: number };

/** What is next for a lane. */
export type Step =
  | LaneOutcome
  | { readonly kind: 'calls'; readonly row: UpdateRow; readonly owed: readonly OwedCall[] };

export const DONE = { state: 'done' as const, doneAt: sql`now()`, claimedUntil: null };

export const sameUpdate = (row: Pick<UpdateRow, 'botId' | 'updateId'>) =>
  and(eq(telegramUpdates.botId, row.botId), eq(telegramUpdates.updateId, row.updateId));

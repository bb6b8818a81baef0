import type { Ledger } from './load.ts';
import type { System } from './system.ts';

/** One promise, and how it was kept. */
export interface Finding {
  readonly promise: string;
  /** How many things were looked at. */
  readonly looked: number;
  /** Every breach, in words. None is what has to be. */
  readonly breaches: readonly string[];
  /** Figures beside it, such as what was doubled and why it may be. */
  readonly note?: string;
}

export interface AuditSubject {
  readonly system: System;
  readonly ledger: Ledger;
  /** The update id from which on this run's updates are counted. */
  readonly firstUpdateId: number;
}

import { auditOrders } from './audit-orders.ts';
import { auditMessages } from './audit-messages.ts';
import { auditUpdates } from './audit-updates.ts';
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

/** Holds what is in the database, in the chats and in FAL's books against what people did. */
export async function audit(subject: AuditSubject): Promise<Finding[]> {
  return [
    ...(await auditUpdates(subject)),
    ...(await auditOrders(subject)),
    ...(await auditMessages(subject)),
  ];
}

export function breachesOf(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ promise, breaches }) => breaches.map((breach) => `${promise}: ${breach}`));
}

import { auditOrders } from './audit-orders.ts';
import { auditLogs } from './audit-logs.ts';
import { auditMessages } from './audit-messages.ts';
import { auditMoney } from './audit-money.ts';
import { auditUpdates } from './audit-updates.ts';
import type { AuditSubject, Finding } from './finding.ts';

/** Holds what is in the database, in the chats and in FAL's books against what people did. */
export async function audit(subject: AuditSubject): Promise<Finding[]> {
  return [
    ...(await auditUpdates(subject)),
    ...(await auditOrders(subject)),
    ...(await auditMessages(subject)),
    ...(await auditMoney(subject)),
    ...auditLogs(subject),
  ];
}

export function breachesOf(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ promise, breaches }) => breaches.map((breach) => `${promise}: ${breach}`));
}

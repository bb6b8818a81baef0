import type { Finding } from './finding.ts';
import { HANDOVER_GOAL_MS, type Handover } from './handover.ts';
import type { RunReport } from './run.ts';

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

export function findingsTable(findings: readonly Finding[]): string {
  return table(
    ['promise', 'looked at', 'breaches', ''],
    findings.map(({ promise, looked, breaches, note }) => [
      promise,
      String(looked),
      String(breaches.length),
      note ?? '',
    ]),
  );
}

export function reportText(report: RunReport): string {
  const { seed, struck, settleMs, hurried, impatient, findings } = report;
  const breaches = findings.flatMap((finding) => finding.breaches);
  return [
    `seed ${seed}: ${struck.length} faults, settled in ${(settleMs / 1_000).toFixed(1)} s, ${hurried} unclear submits hurried, ${impatient} people lost patience`,
    findingsTable(findings),
    ...breaches.slice(0, 20).map((breach) => `  ✗ ${breach}`),
  ].join('\n');
}

export function handoverTable(handovers: readonly Handover[]): string {
  return table(
    ['hand-over', 'next answer ms', 'longest wait ms', 'goal ms', 'messages', 'unanswered'],
    handovers.map((one) => [
      one.ending,
      String(one.nextAnswerMs),
      String(one.longestMs),
      String(HANDOVER_GOAL_MS[one.ending]),
      String(one.messages),
      String(one.unanswered),
    ]),
  );
}

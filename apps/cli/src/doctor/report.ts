import type { Finding, Verdict } from './finding.ts';

export type Report = readonly { readonly name: string; readonly findings: readonly Finding[] }[];

const MARK: Record<Verdict, string> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' };

/** Nothing failed, and nothing was left untried. */
export const isWell = (report: Report): boolean =>
  report.every(({ findings }) => findings.every(({ verdict }) => verdict === 'ok' || verdict === 'warning'));

/** For people: a block for each part, and a last line that says whether all is well. */
export function asTable(report: Report): string {
  const all = report.flatMap(({ findings }) => findings);
  const width = Math.min(28, Math.max(0, ...all.map(({ what }) => what.length)));
  const blocks = report.map(({ name, findings }) => {
    const lines = findings.map(({ verdict, what, found, mend }) => {
      const line = `  ${MARK[verdict]} ${what.padEnd(width)}  ${found}`;
      return mend === undefined ? line : `${line}\n${' '.repeat(width + 6)}→ ${mend}`;
    });
    return `${name}\n${lines.join('\n')}\n`;
  });
  return `${blocks.join('')}\n${lastLine(all, isWell(report))}\n`;
}

function lastLine(all: readonly Finding[], well: boolean): string {
  const count = (verdict: Verdict) => all.filter((one) => one.verdict === verdict).length;
  const told = [
    `${count('ok')} fine`,
    ...(count('warning') > 0 ? [`${count('warning')} to look at (!)`] : []),
    ...(count('skipped') > 0 ? [`${count('skipped')} not tried (–)`] : []),
    ...(count('failed') > 0 ? [`${count('failed')} failed (✗)`] : []),
  ].join(', ');
  return well ? `✓ Well: ${told}.` : `✗ Not well: ${told}. Mend what is marked ✗ and run it again.`;
}

export function asJson(report: Report): string {
  const findings = report.flatMap(({ name, findings: found }) =>
    found.map((one) => Object.assign({ part: name }, one)),
  );
  return `${JSON.stringify({ well: isWell(report), findings }, null, 2)}\n`;
}

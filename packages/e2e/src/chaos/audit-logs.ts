import type { AuditSubject, Finding } from './finding.ts';

/** What people of a chaos run say, and nobody else: parts of their names, prompts and texts. */
const SAID = ['a lighthouse number', 'Olga writes the report', 'we meet on monday'];

/** No log of our processes holds what people said, whatever failed meanwhile. */
export function auditLogs({ system }: AuditSubject): Finding[] {
  const lines = system.lines(/^(bot-polling|worker|webhook-api|migrations|buckets|nginx|postgres|redis)/);
  const told = leaked(lines, SAID);
  return [
    {
      promise: 'what people say is in no log',
      looked: lines.length,
      // One that would be found, so that silence means something.
      breaches: [
        ...told.map((line) => line.slice(0, 200)),
        ...(leaked([...lines, `msg: ${SAID[0]} 7`], SAID).length === told.length + 1
          ? []
          : ['a planted word was not found']),
      ],
    },
  ];
}

const leaked = (lines: readonly string[], words: readonly string[]): string[] =>
  lines.filter((line) => words.some((word) => line.toLowerCase().includes(word.toLowerCase())));

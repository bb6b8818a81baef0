import { SCHEMAS } from './apps.ts';
import type { Group } from './groups/group.ts';
import type { Variables } from './variables.ts';

const HEADER = `# Configuration of Aisha. Written by \`pnpm env:example\` from packages/config; a test keeps it true.
# Copy to .env. With \`npm start\` everything left empty is replaced by a stand-in that runs on this machine.
# Every secret can instead come from a file: NAME_FILE=/run/secrets/name, or as a credential NAME of systemd.
`;

/** The text of \`.env.example\`: every variable of every app once, with its explanation. */
export function envExample(): string {
  const groups = new Map<string, Variables>();
  for (const schema of Object.values(SCHEMAS))
    for (const definition of Object.values(schema) as Group<Variables, unknown>[])
      groups.set(definition.title, definition.variables);

  const seen = new Set<string>();
  let text = HEADER;
  for (const [title, variables] of groups) {
    const lines: string[] = [];
    for (const [name, variable] of Object.entries(variables)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const alias = variable.aliases?.length ? ` Also read as ${variable.aliases.join(', ')}.` : '';
      lines.push(`# ${variable.doc}${alias}`, `#   ${variable.expected}`);
      lines.push(`# ${name}=${variable.example ?? ''}`);
    }
    if (lines.length > 0) text += `\n## ${title}\n${lines.join('\n')}\n`;
  }
  return text;
}

import { fileURLToPath } from 'node:url';
import { findViolations } from './cruise.ts';
import { FEWEST_MODULES } from './rules.ts';

const { modules, findings } = await findViolations(fileURLToPath(new URL('../..', import.meta.url)));
for (const { rule, from, to } of findings) process.stderr.write(`${rule}: ${from} → ${to}\n`);
if (modules < FEWEST_MODULES) {
  // With a TypeScript that it cannot use, dependency-cruiser reads nothing and is content.
  process.stderr.write(`fence: only ${modules} modules were read, at least ${FEWEST_MODULES} are expected\n`);
  process.exitCode = 1;
} else if (findings.length > 0) {
  process.stderr.write(`fence: ${findings.length} forbidden imports (infra/fence/rules.ts)\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`fence: ${modules} modules, no forbidden import\n`);
}

import { fileURLToPath } from 'node:url';
import { findViolations } from './cruise.ts';
import { lintMigrations, RULES } from './migrations.ts';
import { FEWEST_MODULES } from './rules.ts';

const { modules, findings } = await findViolations(fileURLToPath(new URL('../..', import.meta.url)));
const locking = await lintMigrations(fileURLToPath(new URL('../../packages/db/migrations', import.meta.url)));
for (const { file, breach } of locking)
  process.stderr.write(`${file}: ${breach.rule} (${breach.about}): ${RULES[breach.rule]}\n`);
for (const { rule, from, to } of findings) process.stderr.write(`${rule}: ${from} → ${to}\n`);
if (modules < FEWEST_MODULES) {
  // With a TypeScript that it cannot use, dependency-cruiser reads nothing and is content.
  process.stderr.write(`fence: only ${modules} modules were read, at least ${FEWEST_MODULES} are expected\n`);
  process.exitCode = 1;
} else if (findings.length > 0) {
  process.stderr.write(`fence: ${findings.length} forbidden imports (infra/fence/rules.ts)\n`);
  process.exitCode = 1;
} else if (locking.length > 0) {
  process.stderr.write('fence: a migration would keep others waiting (infra/fence/migrations.ts)\n');
  process.exitCode = 1;
} else {
  process.stdout.write(`fence: ${modules} modules, no forbidden import\n`);
}

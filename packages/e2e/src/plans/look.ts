import { join } from 'node:path';
import { createTelegramControl, type Stack } from '@aisha/sandbox';
import { growDatabase } from './grown.ts';
import { LARGE } from './tables.ts';
import { type Looked, readPlans } from './plans.ts';
import { readStatements } from './statements.ts';

/** Enough that PostgreSQL prefers an index wherever one leads to what is asked for. */
const ROWS = 10_000;

/**
 * Reads how PostgreSQL would carry out each statement that the product has asked so far (with `keepStatements`), if every
 * table that grows were large.
 */
export async function lookAtPlans({ postgres, telegram, dataDir }: Stack, rows = ROWS): Promise<Looked> {
  if (!postgres || !telegram) throw new Error('nothing real is looked at');
  const [bot] = (await createTelegramControl(telegram.url).state({})).bots;
  const statements = await readStatements(
    join(dataDir, 'postgres', 'statements.json'),
    new URL(postgres.roles.app).username,
  );
  const grown = await growDatabase(postgres.adminUrl, { rows, botId: bot?.id ?? 0 });
  const { looked, findings } = await readPlans(grown, statements);
  const unsaid = [...grown.large].filter((table) => LARGE[table] === undefined);
  return {
    looked,
    findings: [
      ...findings,
      ...unsaid.map((table) => ({ what: `nobody says what ends the growth of ${table}`, text: 'tables.ts' })),
    ],
  };
}

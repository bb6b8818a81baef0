import { fileURLToPath } from 'node:url';
import type { DatabaseConfig } from '@aisha/config';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

const FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));
/** Any fixed number: two migrations started at once run one after the other. */
const LOCK = 4_121_980;

/** Brings the schema up to date; harmless to repeat and to run twice at once. */
export async function migrateDatabase(config: Pick<DatabaseConfig, 'url'>): Promise<void> {
  const client = new pg.Client({ connectionString: config.url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await migrate(drizzle(client), { migrationsFolder: FOLDER });
  } finally {
    await client.end();
  }
}

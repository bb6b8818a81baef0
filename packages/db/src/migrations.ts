import { fileURLToPath } from 'node:url';
import type { DatabaseConfig } from '@aisha/config';
import { drizzle } from 'drizzle-orm/node-postgres';
import { readMigrationFiles } from 'drizzle-orm/migrator';
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

export interface MigrationStatus {
  /** Of this version's migrations. */
  readonly applied: number;
  readonly pending: number;
  /** Applied ones that this version does not have: the database belongs to a newer one. */
  readonly unknown: number;
}

/** Compares what was applied with what this version brings. */
export async function migrationStatus(config: Pick<DatabaseConfig, 'url'>): Promise<MigrationStatus> {
  const client = new pg.Client({ connectionString: config.url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const ours = new Set(readMigrationFiles({ migrationsFolder: FOLDER }).map(({ hash }) => hash));
    const table = await client.query<{ name: string | null }>(
      "select to_regclass('drizzle.__drizzle_migrations')::text as name",
    );
    const { rows } = table.rows[0]?.name
      ? await client.query<{ hash: string }>('select hash from drizzle.__drizzle_migrations')
      : { rows: [] };
    const applied = new Set(rows.map(({ hash }) => hash));
    const known = [...applied].filter((hash) => ours.has(hash)).length;
    return { applied: known, pending: ours.size - known, unknown: applied.size - known };
  } finally {
    await client.end();
  }
}

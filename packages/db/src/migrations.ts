import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { address, type DatabaseAddress } from './address.ts';

const FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));
/** Any fixed number: two migrations started at once run one after the other. */
export const LOCK = 4_121_980;

/** Brings the schema up to date; harmless to repeat and to run twice at once. */
export async function migrateDatabase(config: DatabaseAddress): Promise<void> {
  const client = new pg.Client({ ...address(config), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await migrate(drizzle(client), { migrationsFolder: FOLDER });
  } finally {
    await client.end();
  }
}

export interface MigrationStatus {
  /** How many of this version's migrations. */
  readonly applied: number;
  /** Names of those that are still to be applied, in their order. */
  readonly pending: readonly string[];
  /** Applied ones that this version does not have: the database belongs to a newer one. */
  readonly unknown: number;
}

/** Compares what was applied with what this version brings. */
export async function migrationStatus(config: DatabaseAddress): Promise<MigrationStatus> {
  const client = new pg.Client({
    ...address(config),
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  // One that breaks between two queries rejects the next one.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const ours = ownMigrations();
    const table = await client.query<{ name: string | null }>(
      "select to_regclass('drizzle.__drizzle_migrations')::text as name",
    );
    const { rows } = table.rows[0]?.name
      ? await client.query<{ hash: string }>('select hash from drizzle.__drizzle_migrations')
      : { rows: [] };
    const applied = new Set(rows.map(({ hash }) => hash));
    const pending = ours.filter(({ hash }) => !applied.has(hash)).map(({ name }) => name);
    const known = ours.length - pending.length;
    return { applied: known, pending, unknown: applied.size - known };
  } finally {
    await client.end();
  }
}

/** This version's, oldest first. Their files are numbered in the order of the journal. */
function ownMigrations(): { name: string; hash: string }[] {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .toSorted();
  return readMigrationFiles({ migrationsFolder: FOLDER }).map(({ hash }, n) => ({
    name: names[n]?.replace(/\.sql$/, '') ?? hash,
    hash,
  }));
}

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import pg from 'pg';
import { address, type DatabaseAddress } from './address.ts';

const FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));
/** Any fixed number: two migrations started at once run one after the other. */
const LOCK = 4_121_980;

/** How long a statement waits for a lock: whoever comes after it waits as long. Then it lets them pass and tries again. */
const LOCK_WAIT_MS = 2_000;
const LOCK_TRIES = 60;
const AGAIN_MS = 500;

/**
 * Brings the schema up to date; harmless to repeat and to run twice at once, beside processes that run. A migration is one
 * transaction. One that makes indexes while others write (`create index concurrently`, which no transaction may) holds nothing
 * but them, and goes on where it was when it is repeated.
 */
export async function migrateDatabase(config: DatabaseAddress): Promise<void> {
  const client = new pg.Client({ ...address(config), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await takeMigrationLock(client);
    await client.query(`create schema if not exists drizzle; create table if not exists drizzle.__drizzle_migrations (
      id serial primary key, hash text not null, created_at bigint)`);
    await client.query(`set lock_timeout = ${LOCK_WAIT_MS}`);
    const { rows } = await client.query<{ last: string | null }>(
      'select max(created_at) as last from drizzle.__drizzle_migrations',
    );
    const last = rows[0]?.last ?? null;
    for (const migration of readMigrationFiles({ migrationsFolder: FOLDER }))
      if (last === null || Number(last) < migration.folderMillis) await apply(client, migration);
  } finally {
    await client.end();
  }
}

/** Asks again and again: a statement that waits would itself be waited for by whoever makes an index concurrently. */
export async function takeMigrationLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK]);
    if (rows[0]?.mine === true) return;
    await wait(AGAIN_MS);
  }
}

type Migration = ReturnType<typeof readMigrationFiles>[number];

async function apply(client: pg.Client, { sql, hash, folderMillis }: Migration): Promise<void> {
  const note = () =>
    client.query('insert into drizzle.__drizzle_migrations (hash, created_at) values ($1, $2)', [
      hash,
      folderMillis,
    ]);
  if (sql.some((statement) => CONCURRENTLY.test(statement))) {
    // It waits for others, and nobody for it.
    await client.query('set lock_timeout = 0');
    for (const statement of sql) await makeIndex(client, statement);
    await client.query(`set lock_timeout = ${LOCK_WAIT_MS}`);
    await note();
    return;
  }
  await untilUnlocked(async () => {
    await client.query('begin');
    try {
      for (const statement of sql) await client.query(statement);
      await note();
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  });
}

const CONCURRENTLY = /^\s*create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?"?(\w+)"?/i;

async function makeIndex(client: pg.Client, statement: string): Promise<void> {
  const name = CONCURRENTLY.exec(statement)?.[1];
  if (name === undefined) throw new Error('a migration that makes indexes concurrently does nothing else');
  const { rows } = await client.query<{ valid: boolean }>(
    'select indisvalid as valid from pg_index where indexrelid = to_regclass($1)',
    [`public.${name}`],
  );
  if (rows[0]?.valid === true) return;
  // What an attempt that broke off has left.
  if (rows[0]) await client.query(`drop index concurrently public."${name}"`);
  await client.query(statement);
}

/** Tries again when a lock was not to be had in time (55P03). */
async function untilUnlocked(attempt: () => Promise<void>): Promise<void> {
  for (let left = LOCK_TRIES; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      const locked = error instanceof pg.DatabaseError && error.code === '55P03';
      if (!locked || left === 0) throw error;
      await wait(AGAIN_MS);
    }
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

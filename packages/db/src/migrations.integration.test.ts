import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { migrateDatabase, migrationStatus } from './migrations.ts';
import * as schema from './schema/index.ts';
import { cutConnections, type TestDatabase, testDatabase } from './testing.ts';

const opened: TestDatabase[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
});

async function open(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const database = await testDatabase(options);
  opened.push(database);
  return database;
}

const rowsOf = async ({ db }: TestDatabase, query: string) => (await db.execute(sql.raw(query))).rows;
const tables = (database: TestDatabase) =>
  rowsOf(database, "select tablename from pg_tables where schemaname = 'public' order by tablename");
const applied = (database: TestDatabase) => rowsOf(database, 'select hash from drizzle.__drizzle_migrations');

const folder = new URL('../migrations/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
const names = files.map((name) => name.replace('.sql', '')).toSorted();

/** The first that makes indexes concurrently. */
const plans = readMigrationFiles({ migrationsFolder: fileURLToPath(folder) })[34] ?? { hash: '' };

describe('the migrations', () => {
  test('make an empty database complete', async () => {
    const database = await open({ empty: true });
    expect(await migrationStatus(database)).toEqual({ applied: 0, pending: names, unknown: 0 });
    await migrateDatabase(database);
    expect(await migrationStatus(database)).toEqual({ applied: files.length, pending: [], unknown: 0 });
    expect(await tables(database)).toEqual(await tables(await open()));
    for (const table of ['users', 'orders', 'fal_jobs', 'telegram_updates', 'notifications'])
      expect(await rowsOf(database, `select * from ${table}`)).toEqual([]);
  });

  test('repeated change nothing, and keep what is there', async () => {
    const database = await open();
    await database.db.insert(schema.users).values({ id: 1, firstName: 'Анна' });
    await migrateDatabase(database);
    expect(await applied(database)).toHaveLength(files.length);
    expect(await database.db.select().from(schema.users)).toMatchObject([{ id: 1, firstName: 'Анна' }]);
  });

  test('started by four at once are applied once', async () => {
    const database = await open({ empty: true });
    await Promise.all(Array.from({ length: 4 }, () => migrateDatabase(database)));
    expect(await applied(database)).toHaveLength(files.length);
    expect(await tables(database)).toContainEqual({ tablename: 'users' });
  });

  test('that make indexes concurrently go on after one that broke off, and hold up nobody who writes', async () => {
    const database = await open();
    const last = `(select max(created_at) from drizzle.__drizzle_migrations where hash = '${plans.hash}')`;
    await rowsOf(database, `delete from drizzle.__drizzle_migrations where created_at >= ${last}`);
    await rowsOf(database, 'drop index orders_ended');
    await rowsOf(
      database,
      `update pg_index set indisvalid = false where indexrelid = 'fal_jobs_order'::regclass`,
    );
    // Somebody writes to its table, and commits only when the index waits for that.
    const writer = new pg.Client(database.url);
    await writer.connect();
    await writer.query(`begin; update orders set progress = progress where false`);
    const migrating = migrateDatabase(database);
    await expect
      .poll(() => rowsOf(database, `select 1 from pg_stat_progress_create_index`), { timeout: 10_000 })
      .not.toEqual([]);
    await database.db.insert(schema.users).values({ id: 3, firstName: 'Анна' });
    await writer.query('commit');
    await writer.end();
    await migrating;
    const valid = await rowsOf(
      database,
      `select indexrelid::regclass::text as name from pg_index
       where indexrelid in ('orders_ended'::regclass, 'fal_jobs_order'::regclass) and indisvalid order by 1`,
    );
    expect(valid).toEqual([{ name: 'fal_jobs_order' }, { name: 'orders_ended' }]);
  });

  test('that a newer version applied are noticed', async () => {
    const database = await open();
    await rowsOf(database, "insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', 1)");
    expect(await migrationStatus(database)).toEqual({ applied: files.length, pending: [], unknown: 1 });
  });

  test('are what the schema in the code says: nothing is left to be generated', async () => {
    const meta = new URL('meta/', folder);
    const newest = readdirSync(meta)
      .filter((name) => name.endsWith('_snapshot.json'))
      .toSorted()
      .at(-1);
    const kept: Parameters<typeof generateMigration>[0] = JSON.parse(
      readFileSync(new URL(newest ?? '', meta), 'utf8'),
    );
    const now = generateDrizzleJson(schema, kept.id, undefined, 'snake_case');
    expect(await generateMigration(kept, now)).toEqual([]);
  });
});

describe('a database', () => {
  test('that cuts its connections is connected to again', async () => {
    const database = await open();
    await database.check();
    await cutConnections(database.url);
    const answers = () =>
      database.check().then(
        () => true,
        () => false,
      );
    await expect.poll(answers).toBe(true);
  });

  test('of one test is unknown to another', async () => {
    const [one, other] = [await open(), await open()];
    await one.db.insert(schema.users).values({ id: 1 });
    expect(await other.db.select().from(schema.users)).toEqual([]);
  });
});

import { randomUUID } from 'node:crypto';
import { testServices } from '@aisha/sandbox/testing';
import pg from 'pg';
import { connectDatabase, type Database } from './connect.ts';

export interface TestDatabase extends Database {
  readonly url: string;
  /** Errors of idle connections, for tests that cut them. */
  readonly errors: readonly Error[];
}

/** A database of the test's own: a copy of the migrated template, or an empty one. `close` drops it. */
export async function testDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const { adminUrl, templateDatabase } = testServices().postgres;
  if (templateDatabase === null) throw new Error('there are no migrations');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(adminUrl, `create database ${name}${empty ? '' : ` template ${templateDatabase}`}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const errors: Error[] = [];
  const database = connectDatabase(
    { url: url.href, poolSize: 20 },
    { name, onError: (error) => errors.push(error) },
  );
  return {
    ...database,
    url: url.href,
    errors,
    close: async () => {
      await database.close();
      await asAdmin(adminUrl, `drop database ${name} with (force)`);
    },
  };
}

/** Ends every connection to a database, as a restart of PostgreSQL would. */
export async function cutConnections(url: string): Promise<void> {
  const { adminUrl } = testServices().postgres;
  const name = new URL(url).pathname.slice(1);
  await asAdmin(adminUrl, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
}

async function asAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

import type { DatabaseConfig } from '@aisha/config';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { address } from './address.ts';
import * as schema from './schema/index.ts';

export type Db = NodePgDatabase<typeof schema>;
/** Inside `db.transaction`. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];

export interface Database {
  readonly db: Db;
  /** Asks the database something; for the health check. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Shown in pg_stat_activity. */
  readonly name: string;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onError: (error: Error) => void;
}

/**
 * Set after connecting: as startup parameters PgBouncer refuses them. In its transaction mode they are set on whichever of
 * the server's connections comes, and in time on all, which are Aisha's alone. No transaction waits for anything but the
 * database, so one that idles belongs to a frozen process: its locks are free before the lease of a frozen poller runs
 * out, and the next one need not wait for them.
 */
const LIMITS = 'set statement_timeout = 15000; set idle_in_transaction_session_timeout = 2500';

/**
 * A pool that survives a restart of PostgreSQL. Nothing here may take long: statements end after 15 s, so a lock
 * that somebody forgot cannot hold an app, and a broken network is noticed by keep-alive.
 */
export function connectDatabase(config: DatabaseConfig, { name, onError }: ConnectOptions): Database {
  const options: pg.PoolConfig = {
    ...address(config),
    max: config.poolSize,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    query_timeout: 20_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  // The pool waits for what this returns before it lends the connection; the typings know only of `void`.
  const limit: (client: pg.ClientBase) => unknown = (client) => client.query(LIMITS);
  const pool = new pg.Pool({ ...options, onConnect: limit });
  pool.on('error', onError);
  // A connection that breaks while it is lent out rejects its query too; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  return {
    db: drizzle(pool, { schema }),
    check: async () => {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}

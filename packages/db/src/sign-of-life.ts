import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Logger, untilAborted } from '@aisha/service';
import pg from 'pg';
import { address, type DatabaseAddress } from './address.ts';

/**
 * A lock that a process holds on a connection of its own for as long as it lives. The kernel closes the connections of a
 * process that is killed, PostgreSQL frees the locks of a connection that is closed, and whoever waits for the lock is woken:
 * a few milliseconds after the kill another process knows of it. One that hangs, or whose machine has lost its power, keeps
 * its lock; that is what a lease is for. It says nothing about who may write: see `pollers`.
 */
export interface SignOfLife {
  /**
   * Resolves with true when the sign of the process of this name was seen and is gone. With false when the signal aborts, when
   * there is no such sign, or where none can be seen: then ask again later.
   */
  gone(name: string, signal: AbortSignal): Promise<boolean>;
  /** Called when the own sign is gone although this process lives: others may have seen that. Returns what takes it back. */
  onLost(listener: () => void): () => void;
  /** No sign any more. */
  close(): Promise<void>;
}

export interface SignOfLifeOptions {
  readonly config: DatabaseAddress;
  /** Random for each start, so that nobody ever waits for the lock of somebody who came back. */
  readonly name: string;
  /** Shown in pg_stat_activity. */
  readonly application: string;
  readonly log: Logger;
}

/** After a connection that broke or was refused. */
const AGAIN_MS = 500;
/**
 * One wait for a lock. A statement that waits holds back what VACUUM may remove, and PostgreSQL logs one that waits for longer
 * than a second (`deadlock_timeout`); so it is asked anew each time, and woken at once all the same.
 */
const SLICE_MS = 900;

/** The key of the lock: 64 bits, so that two names never share one. */
const keyOf = (name: string) => createHash('sha256').update(name).digest().readBigInt64BE(0).toString();

/** Whether anybody holds the lock of key $1 in this database. */
const SEEN = `select exists (
  select from pg_locks
  where locktype = 'advisory' and objsubid = 1 and granted
    and ((classid::int8 << 32) | objid::int8) = $1::int8
    and database = (select oid from pg_database where datname = current_database())
) as seen`;

/** Shared by its connection and one before it that PostgreSQL has not yet missed; whoever waits wants it alone. */
const SHOW = 'select pg_advisory_lock_shared($1::int8)';
/** PostgreSQL notices within half a minute that the machine behind the connection is gone. */
const NOTICE = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4';
/** Takes the lock if it becomes free in time; that it does not is no error, which PostgreSQL would log. */
const waitFor = (key: string) => `do $$ begin
  perform pg_advisory_lock(${key});
exception when lock_not_available then null;
end $$`;
const IS_FREE = 'select pg_try_advisory_lock($1::int8) as free';

/**
 * Shows a sign of life from now on, and again whenever its connection broke. Behind a pooler by transactions, where a lock
 * belongs to whoever comes next, it shows none and sees none.
 */
export function showSignOfLife({ config, name, application, log }: SignOfLifeOptions): SignOfLife {
  const closing = new AbortController();
  const listeners = new Set<() => void>();
  let pooled = false;

  /** Runs `use` on a connection that is directly to PostgreSQL; `broken` aborts when it ends. Null through a pooler. */
  async function onConnection<T>(
    part: string,
    signal: AbortSignal,
    use: (client: pg.Client, broken: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    const client = new pg.Client({
      ...address(config),
      application_name: `${application} ${part}`,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    const broken = new AbortController();
    client.on('error', () => broken.abort(new Error('the connection broke')));
    client.on('end', () => broken.abort(new Error('the connection ended')));
    const either = AbortSignal.any([broken.signal, signal]);
    try {
      await untilAborted(client.connect(), either);
      if (await untilAborted(throughPooler(client), either)) {
        if (!pooled) log.info('a pooler stands before PostgreSQL: the lease alone tells when a bot is gone');
        pooled = true;
        return null;
      }
      return await use(client, either);
    } finally {
      // What is under way ends with it.
      const over = client.end().catch(() => undefined);
      if (!either.aborted) await over;
    }
  }

  async function show(): Promise<void> {
    while (!closing.signal.aborted && !pooled) {
      let shown = false;
      try {
        await onConnection('lives', closing.signal, async (client, broken) => {
          await untilAborted(client.query(NOTICE), broken);
          await untilAborted(client.query(SHOW, [keyOf(name)]), broken);
          shown = true;
          await ended(broken);
        });
      } catch (error) {
        log.debug('no sign of life can be shown', { error });
      }
      if (closing.signal.aborted) return;
      if (shown) for (const listener of listeners) listener();
      await wait(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }
  const showing = show();

  return {
    async gone(other, signal) {
      if (pooled) return false;
      const key = keyOf(other);
      try {
        const gone = await onConnection(
          'watches',
          AbortSignal.any([signal, closing.signal]),
          async (client, broken) => {
            const ask = <T extends pg.QueryResultRow>(query: string, values: string[] = []) =>
              untilAborted(client.query<T>(query, values), broken);
            await ask(`set lock_timeout = ${SLICE_MS}`);
            const { rows } = await ask<{ seen: boolean }>(SEEN, [key]);
            if (rows[0]?.seen !== true) return false;
            do {
              await ask(waitFor(key));
            } while ((await ask<{ free: boolean }>(IS_FREE, [key])).rows[0]?.free !== true);
            return true;
          },
        );
        return gone ?? false;
      } catch (error) {
        if (!signal.aborted) log.debug('no sign of life can be looked for', { error });
        return false;
      }
    },
    onLost(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      closing.abort(new Error('closed'));
      await showing;
    },
  };
}

/** Whether a pooler stands between us and PostgreSQL, so that nothing of a session may be relied on. */
export async function isPooled(config: DatabaseAddress): Promise<boolean> {
  const client = new pg.Client({ ...address(config), connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await throughPooler(client);
  } finally {
    await client.end();
  }
}

/** PostgreSQL tells every connection which of its processes serves it; a pooler tells something of its own. */
async function throughPooler(client: pg.Client): Promise<boolean> {
  const told: unknown = Reflect.get(client, 'processID');
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid !== told;
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

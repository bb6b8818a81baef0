import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { address, type DatabaseAddress } from './address.ts';
import { takeMigrationLock } from './migrations.ts';

/** Who logs in how; a role of PostgreSQL. */
interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * `owner` owns the schema and may change it, `app` reads and writes rows of our tables, those of later migrations too,
 * `backup` reads.
 */
export interface DatabaseRoles {
  readonly owner: Login;
  readonly app: Login;
  readonly backup?: Login;
}

export interface RolesOptions {
  /**
   * Nobody else's databases are on this server: who was given no right of his own may not connect to any of them.
   */
  readonly ownServer: boolean;
}

/** Ours, and that of Drizzle's list of migrations. */
const SCHEMAS = ['public', 'drizzle'] as const;
const ATTRIBUTES = ['superuser', 'createdb', 'createrole', 'replication', 'bypassrls'] as const;

/**
 * Brings the roles of a database to what they need and takes from them what they do not; what an earlier installation
 * made as somebody else (a superuser, say) becomes the owner's. Harmless to repeat, beside processes that run. The
 * administrator may be a superuser or, on a managed server, a role that makes roles.
 */
export async function setUpRoles(
  admin: DatabaseAddress,
  roles: DatabaseRoles,
  { ownServer }: RolesOptions,
): Promise<void> {
  const client = new pg.Client({ ...address(admin), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ user: string; database: string; super: string }>(
      "select current_user as user, current_database() as database, current_setting('is_superuser') as super",
    );
    const [me] = rows;
    const logins = [roles.owner, roles.app, ...(roles.backup ? [roles.backup] : [])];
    const names = new Set([...logins.map(({ user }) => user), me?.user]);
    if (me === undefined || names.size !== logins.length + 1)
      throw new Error(
        'the roles of administrator, migrations, application and backups must be different ones: see DATABASE_ADMIN_URL, MIGRATION_DATABASE_URL, DATABASE_URL and BACKUP_DATABASE_URL',
      );
    await takeMigrationLock(client);
    // A statement that would wait behind somebody's long transaction gives up; the next release tries again.
    await client.query("set lock_timeout = '10s'");
    for (const login of logins) await ensureLogin(client, admin, login);
    const owner = pg.escapeIdentifier(roles.owner.user);
    // Only a member may give things to a role.
    if (me.super !== 'on') await client.query(`grant ${owner} to current_user`);
    const database = pg.escapeIdentifier(me.database);
    await client.query(`grant connect, create, temporary on database ${database} to ${owner}`);
    for (const schema of SCHEMAS) await own(client, schema, roles.owner.user);
    await grant(client, database, roles);
    if (ownServer) await closeOtherDatabases(client);
  } finally {
    await client.end();
  }
}

async function ensureLogin(client: pg.Client, admin: DatabaseAddress, login: Login): Promise<void> {
  const name = pg.escapeIdentifier(login.user);
  const { rows } = await client.query<Record<string, boolean>>(
    `select rolsuper as superuser, rolcreatedb as createdb, rolcreaterole as createrole,
       rolreplication as replication, rolbypassrls as bypassrls, rolcanlogin as login
     from pg_roles where rolname = $1`,
    [login.user],
  );
  const [found] = rows;
  if (found === undefined) await client.query(`create role ${name} login`);
  else {
    const wrong = ATTRIBUTES.filter((attribute) => found[attribute] === true).map((one) => `no${one}`);
    if (found['login'] !== true) wrong.push('login');
    if (wrong.length > 0) await client.query(`alter role ${name} ${wrong.join(' ')}`);
    const memberships = await client.query<{ role: string }>(
      'select roleid::regrole::text as role from pg_auth_members where member = $1::regrole',
      [name],
    );
    for (const { role } of memberships.rows) await client.query(`revoke ${role} from ${name}`);
  }
  // Set only when it is another one: a pooler may hold a copy of what is stored.
  if (await logsIn(admin, login)) return;
  await client.query(`alter role ${name} password ${pg.escapeLiteral(storedPassword(login.password))}`);
}

async function logsIn({ url, ...rest }: DatabaseAddress, { user, password }: Login): Promise<boolean> {
  const mine = new URL(url);
  mine.username = encodeURIComponent(user);
  mine.password = encodeURIComponent(password);
  const client = new pg.Client({ ...address({ url: mine.href, ...rest }), connectionTimeoutMillis: 10_000 });
  // One that is refused may also break.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * What PostgreSQL itself would store (SCRAM-SHA-256, RFC 5803), so that no log of statements ever holds the password.
 * Beyond ASCII the server's own preparation of the text is needed.
 */
function storedPassword(password: string): string {
  if (!/^[\x20-\x7e]+$/.test(password)) return password;
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}

/** The schema and everything in it is the owner's. One by one: no lock is held while the next one is waited for. */
async function own(client: pg.Client, schema: string, owner: string): Promise<void> {
  const to = pg.escapeIdentifier(owner);
  const found = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
  if (found.rowCount === 0) await client.query(`create schema ${schema} authorization ${to}`);
  // What belongs to an extension stays the extension's; a sequence or row type of a table goes with its table.
  const { rows } = await client.query<{ change: string }>(
    `with ours as (select oid from pg_namespace where nspname = $1), role as (select oid from pg_roles where rolname = $2)
     select format('alter schema %I owner to %I', nspname, $2) as change from pg_namespace
       where oid = (table ours) and nspowner <> (table role)
     union all
     select format('alter %s %s owner to %I',
         case relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
         c.oid::regclass, $2)
       from pg_class c where relnamespace = (table ours) and relowner <> (table role) and relkind in ('r', 'p', 'S', 'v', 'm', 'f')
         and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype in ('a', 'i', 'e'))
     union all
     select format('alter type %s owner to %I', t.oid::regtype, $2)
       from pg_type t where typnamespace = (table ours) and typowner <> (table role) and typtype in ('e', 'd')
         and not exists (select from pg_depend where classid = 'pg_type'::regclass and objid = t.oid and deptype = 'e')
     union all
     select format('alter routine %s owner to %I', p.oid::regprocedure, $2)
       from pg_proc p where pronamespace = (table ours) and proowner <> (table role)
         and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')`,
    [schema, owner],
  );
  for (const { change } of rows) await client.query(change);
}

/** All at once, so that a process that runs is never without what it needs. */
async function grant(client: pg.Client, database: string, roles: DatabaseRoles): Promise<void> {
  const owner = pg.escapeIdentifier(roles.owner.user);
  const app = pg.escapeIdentifier(roles.app.user);
  const statements = [
    `revoke all on database ${database} from public`,
    `revoke all on database ${database} from ${app}`,
    `grant connect on database ${database} to ${app}`,
    `revoke all on schema public from public`,
  ];
  const may = (
    role: string,
    schema: string,
    rights: { readonly tables: string; readonly sequences: string },
  ) => {
    const later = `alter default privileges for role ${owner} in schema ${schema}`;
    statements.push(
      `revoke all on schema ${schema} from ${role}`,
      `grant usage on schema ${schema} to ${role}`,
      `revoke all on all tables in schema ${schema} from ${role}`,
      `grant ${rights.tables} on all tables in schema ${schema} to ${role}`,
      `revoke all on all sequences in schema ${schema} from ${role}`,
      `grant ${rights.sequences} on all sequences in schema ${schema} to ${role}`,
      `${later} revoke all on tables from ${role}`,
      `${later} grant ${rights.tables} on tables to ${role}`,
      `${later} revoke all on sequences from ${role}`,
      `${later} grant ${rights.sequences} on sequences to ${role}`,
    );
  };
  may(app, 'public', { tables: 'select, insert, update, delete', sequences: 'usage, select' });
  // A process looks whether its migrations are there.
  may(app, 'drizzle', { tables: 'select', sequences: 'select' });
  if (roles.backup) {
    const backup = pg.escapeIdentifier(roles.backup.user);
    statements.push(
      `grant connect on database ${database} to ${backup}`,
      `alter role ${backup} set default_transaction_read_only = on`,
    );
    for (const schema of SCHEMAS) may(backup, schema, { tables: 'select', sequences: 'select' });
  }
  await client.query(['begin', ...statements, 'commit'].join(';\n'));
}

async function closeOtherDatabases(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(datname) as name from pg_database d where datname <> current_database() and datallowconn
       and exists (select from aclexplode(coalesce(datacl, acldefault('d', datdba))) where grantee = 0)`,
  );
  for (const { name } of rows) await client.query(`revoke all on database ${name} from public`);
}

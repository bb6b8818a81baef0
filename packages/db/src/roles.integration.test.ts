import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresService, startPostgres } from '@aisha/sandbox';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateDatabase, migrationStatus } from './migrations.ts';
import { setUpRoles } from './roles.ts';

const roles = {
  owner: { user: 'aisha_owner', password: "o'wner" },
  app: { user: 'aisha_app', password: 'app' },
  backup: { user: 'aisha_backup', password: 'пароль' },
};
const dir = mkdtempSync(join(tmpdir(), 'aisha-roles-'));
let server: PostgresService;

beforeAll(async () => {
  server = await startPostgres({
    dataDir: join(dir, 'postgres'),
    runDir: dir,
    unsafe: true,
    log: () => undefined,
  });
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

function urlOf({ user, password }: { user: string; password: string }, database = 'aisha'): string {
  const url = new URL(server.url);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  url.pathname = database;
  return url.href;
}
async function as<T>(
  url: string,
  work: (run: (sql: string) => Promise<unknown[]>) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(async (statement) => (await client.query<Record<string, unknown>>(statement)).rows);
  } finally {
    await client.end();
  }
}
const refused = { code: '42501' };

test('an installation that a superuser made becomes the owner, the processes may touch rows alone', async () => {
  // As it was: everything the superuser's, and another program's database beside ours.
  await migrateDatabase({ url: server.url });
  await as(server.url, async (run) => {
    await run('insert into users (id) values (7)');
    await run('create database neighbour');
    await run("create role aisha_app superuser createdb login password 'older'");
    await run('grant pg_read_all_data, pg_monitor to aisha_app');
  });

  for (let time = 1; time <= 2; time += 1) {
    await setUpRoles({ url: server.url }, roles, { ownServer: true });
    await migrateDatabase({ url: urlOf(roles.owner) });
  }

  await as(urlOf(roles.app), async (run) => {
    expect(await migrationStatus({ url: urlOf(roles.app) })).toMatchObject({ pending: [] });
    await run("update users set first_name = 'Анна' where id = 7");
    await run('insert into users (id) values (8)');
    await run('delete from users where id = 8');
    expect(await run('select first_name from users')).toEqual([{ first_name: 'Анна' }]);
    for (const statement of [
      'create table x ()',
      'create schema x',
      'create temporary table x ()',
      'drop table users',
      'alter table users add column x int',
      'create index on users (first_name)',
      'truncate users',
      'alter table users disable trigger all',
      'delete from drizzle.__drizzle_migrations',
      'create role x',
      'create database x',
      'alter role aisha_app superuser',
      'set role aisha_owner',
      'select rolpassword from pg_authid',
      "select pg_read_file('/etc/passwd')",
      "copy users to program 'true'",
    ])
      await expect(run(statement), statement).rejects.toMatchObject(refused);
    await expect(run('drop database neighbour')).rejects.toMatchObject(refused);
  });

  await as(urlOf(roles.owner), (run) => run('create table later (id serial primary key)'));
  await as(urlOf(roles.app), (run) => run('insert into later default values'));
  await as(urlOf(roles.backup), async (run) => {
    expect(await run('select id from later')).toEqual([{ id: 1 }]);
    await run('select last_value from later_id_seq');
    await run('select * from drizzle.__drizzle_migrations');
    await run('set default_transaction_read_only = off');
    await expect(run('insert into later default values')).rejects.toMatchObject(refused);
    await expect(run('create table x ()')).rejects.toMatchObject(refused);
  });
  for (const role of Object.values(roles))
    for (const other of ['neighbour', 'postgres', 'template1'])
      await expect(as(urlOf(role, other), (run) => run('select 1'))).rejects.toMatchObject(refused);
});

test('a password is changed at the next time, and nothing at all when it is the same', async () => {
  const stored = () =>
    as(server.url, (run) =>
      run("select rolname, rolpassword from pg_authid where rolname like 'aisha_%' order by 1"),
    );
  const before = await stored();
  await setUpRoles({ url: server.url }, roles, { ownServer: true });
  expect(await stored()).toEqual(before);
  const changed = { ...roles, app: { ...roles.app, password: 'new' } };
  await setUpRoles({ url: server.url }, changed, { ownServer: true });
  await expect(as(urlOf(roles.app), (run) => run('select 1'))).rejects.toMatchObject({ code: '28P01' });
  expect(await as(urlOf(changed.app), (run) => run('select 1 as one'))).toEqual([{ one: 1 }]);
});

test('on a managed server the administrator is no superuser', async () => {
  await as(server.adminUrl, async (run) => {
    await run("create role manager createdb createrole login password 'manager'");
    await run('create database managed owner manager');
  });
  const manager = { user: 'manager', password: 'manager' };
  const own = { owner: { user: 'm_owner', password: 'x' }, app: { user: 'm_app', password: 'x' } };
  for (let time = 1; time <= 2; time += 1) {
    await setUpRoles({ url: urlOf(manager, 'managed') }, own, { ownServer: false });
    await migrateDatabase({ url: urlOf(own.owner, 'managed') });
  }
  await as(urlOf(own.app, 'managed'), async (run) => {
    await run('insert into users (id) values (1)');
    await expect(run('drop table users')).rejects.toMatchObject(refused);
  });
});

test('roles that are not different ones are refused', async () => {
  const same = { owner: roles.app, app: roles.app };
  await expect(setUpRoles({ url: server.url }, same, { ownServer: false })).rejects.toThrow(/different/);
});

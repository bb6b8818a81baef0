import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { breachesOf, lintMigrations, RULES, type RuleName } from './migrations.ts';

const FOLDER = fileURLToPath(new URL('../../packages/db/migrations', import.meta.url));
/** A table of the same migration: nobody waits for it. */
const NEW = 'create table "new" ("id" uuid primary key); ';

const FORBIDDEN: readonly (readonly [rule: RuleName, sql: string])[] = [
  ['index-locks', 'create index "a" on "users" ("id")'],
  ['index-locks', `${NEW}create unique index "a" on "users" ("id")`],
  [
    'index-not-alone',
    `create index concurrently "a" on "users" ("id"); alter table "users" add column "b" text`,
  ],
  ['column-not-null', 'alter table "users" add column "b" text not null'],
  ['column-rewrites', 'alter table "users" add column "b" uuid default gen_random_uuid()'],
  [
    'column-rewrites',
    `alter table "users" add column "b" timestamptz default clock_timestamp() + interval '1 day' not null`,
  ],
  ['column-rewrites', 'alter table "users" add column "b" bigserial'],
  ['column-rewrites', 'alter table "users" add column "b" int generated always as (id + 1) stored'],
  ['type-rewrites', 'alter table "users" alter column "id" set data type numeric'],
  ['set-not-null', 'alter table "users" alter column "username" set not null'],
  ['constraint-reads', 'alter table "users" add constraint "c" check ("id" > 0)'],
  ['constraint-reads', 'alter table "users" add constraint "c" foreign key ("id") references "chats" ("id")'],
  ['constraint-reads', 'alter table "users" add column "b" int check ("b" > 0)'],
  ['constraint-locks', 'alter table "users" add constraint "c" unique ("username")'],
  ['constraint-locks', 'alter table "users" add column "b" int unique'],
  ['takes-away', 'drop table "users"'],
  ['takes-away', 'alter table "users" drop column "username"'],
  ['takes-away', 'alter table "users" rename column "username" to "name"'],
  ['takes-away', 'alter table "users" rename to "people"'],
  ['locks-table', 'lock table "users" in exclusive mode'],
  ['locks-table', 'drop index "users_pkey"'],
  ['locks-table', 'reindex table "users"'],
  ['changes-rows', `update "users" set "language" = 'ru'`],
  ['changes-rows', 'delete from "users"'],
  ['changes-rows', 'truncate "users"'],
];

test.each(FORBIDDEN)('%s: %s', async (rule, sql) => {
  expect((await breachesOf(sql)).map((breach) => breach.rule)).toEqual([rule]);
});

test('every rule has an example of what it forbids', () => {
  expect(new Set(FORBIDDEN.map(([rule]) => rule))).toEqual(new Set(Object.keys(RULES)));
});

test.each([
  'create index concurrently "a" on "users" ("id");--> statement-breakpoint\ncreate unique index concurrently "b" on "users" ("id")',
  `${NEW}create index "a" on "new" ("id"); alter table "new" add constraint "c" foreign key ("id") references "users" ("id"); update "new" set id = id`,
  `alter table "users" add column "b" text default 'x' not null, add column "c" jsonb, add column "d" timestamptz default now() not null`,
  'alter table "users" add constraint "c" check ("id" > 0) not valid',
  'alter table "users" validate constraint "c"',
  'alter table "users" add constraint "c" unique using index "b"',
  'alter table "users" alter column "b" drop not null, alter column "b" set default 5',
  'drop index concurrently "users_b"',
])('may be done: %s', async (sql) => {
  expect(await breachesOf(sql)).toEqual([]);
});

test('a folder is read file by file, from the first that there were rules for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aisha-migrations-'));
  try {
    for (const name of ['0003_before', '0999_after'])
      writeFileSync(join(folder, `${name}.sql`), 'create index "a" on "users" ("id");');
    expect(await lintMigrations(folder)).toEqual([
      { file: '0999_after', breach: { rule: 'index-locks', about: 'users' } },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('our migrations keep nobody waiting', async () => {
  const found = await lintMigrations(FOLDER);
  expect(found.map(({ file, breach }) => `${file}, ${breach.about}: ${RULES[breach.rule]}`)).toEqual([]);
});

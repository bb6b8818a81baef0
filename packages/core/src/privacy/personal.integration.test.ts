import { testDatabase, type TestDatabase } from '@aisha/db/testing';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERSONAL } from './personal.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

const WHAT_TO_DO =
  'say in core/privacy/personal.ts what it holds of a person (`holds`), which rows are theirs (`of`), which columns have ' +
  'their number (`people`) and what becomes of them after /delete_me (`erase`: delete, or keep without a name and why); ' +
  'or `nobodys`, if it holds nothing of anybody. Put it before what it refers to. /export and docs/PRIVACY.md follow from it.';

/** How columns with Telegram's number of somebody are called. */
const PEOPLE =
  /(^|_)(user|owner|chat|payer|inviter|invited|operator|person|admin|administrators|member|sender|recipient|target|by)(_id|_ids|s)?$/;

test('every table, and every column with the number of somebody, has a rule of what becomes of it', async () => {
  const columns = z
    .array(z.object({ table: z.string(), column: z.string(), type: z.string(), person: z.boolean() }))
    .parse(
      (
        await database.db.execute(sql`
          select c.table_name as table, c.column_name as column, c.udt_name as type,
            exists (
              select 1 from information_schema.key_column_usage k
              join information_schema.referential_constraints r on r.constraint_name = k.constraint_name
              join information_schema.table_constraints u on u.constraint_name = r.unique_constraint_name
              where k.table_name = c.table_name and k.column_name = c.column_name and u.table_name = 'users'
            ) as person
          from information_schema.columns c
          join information_schema.tables t on t.table_name = c.table_name and t.table_schema = c.table_schema
          where c.table_schema = 'public' and t.table_type = 'BASE TABLE'`)
      ).rows,
    );
  const tables = new Set(columns.map(({ table }) => table));
  const missing = [...tables].filter((table) => !PERSONAL[table]);
  expect(missing, `no rule for the table ${missing.join(', ')}: ${WHAT_TO_DO}`).toEqual([]);
  const gone = Object.keys(PERSONAL).filter((table) => !tables.has(table));
  expect(gone, 'there is no such table any more').toEqual([]);

  const unnamed = columns.filter(({ table, column, type, person }) => {
    const rule = PERSONAL[table];
    const named = rule?.people ?? [];
    return (person || (['int8', '_int8'].includes(type) && PEOPLE.test(column))) && !named.includes(column);
  });
  expect(
    unnamed.map(({ table, column }) => `${table}.${column}`),
    `a column with the number of somebody that no rule names: ${WHAT_TO_DO}`,
  ).toEqual([]);
});

test('every rule is SQL that the database takes', async () => {
  const tried: string[] = [];
  for (const [table, rule] of Object.entries(PERSONAL)) {
    if (!('of' in rule)) continue;
    tried.push(table);
    const name = sql.identifier(table);
    await database.db.execute(sql`select * from ${name} where ${rule.of(1)}`);
    const nobody = sql`${-1}::bigint`;
    for (const statement of rule.mentions?.(1, nobody) ?? []) await database.db.execute(statement);
    await database.db.execute(
      rule.erase === 'delete'
        ? sql`delete from ${name} where ${rule.of(1)}`
        : sql`update ${name} set ${rule.erase.set(nobody)} where ${rule.of(1)}`,
    );
  }
  expect(tried).toContain('users');
});

import type { Tx } from '@aisha/db';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { PERSONAL } from './personal.ts';
import type { MadeFile } from './zip.ts';

/** Rows read at once: of the largest, a transcript of twelve hours, a few megabytes each. */
const PAGE = 50;

const columnRow = z.object({
  table: z.string(),
  column: z.string(),
  type: z.string(),
  nullable: z.boolean(),
});
const rowOf = z.object({ row: z.record(z.string(), z.unknown()) });

/** What our tables say of somebody, a file for each, and what the files mean. Read as they are written. */
export function dataFiles(tx: Tx, userId: number): MadeFile[] {
  const tables = Object.entries(PERSONAL).flatMap(([table, rule]) =>
    'of' in rule && rule.notExported === undefined ? [{ table, rule }] : [],
  );
  return [
    { name: 'README.txt', lines: () => only(README) },
    {
      name: 'schema.json',
      lines: () => schemaOf(tx, tables),
    },
    ...tables.map(({ table, rule }) => ({
      name: `data/${table}.json`,
      lines: () => rowsOf(tx, table, sql`${rule.of(userId)}`, rule.without ?? []),
    })),
  ];
}

const README = `Everything that Aisha keeps of you.

data/     what stands in our tables, a file for each: a list of rows as JSON. Times are in UTC.
schema.json  what each file and each of its fields is (JSON Schema, draft 2020-12).
files/    photos, pictures, texts, documents and the model of your avatars, as they lie in our storage.
          A file too big for Telegram is cut: name.001, name.002 … in the parts of this export. To join them:
          cat name.001 name.002 > name      (Windows: copy /b name.001+name.002 name)

Not here: what stands in your chat with the bot (Telegram: Settings, Export chat history), and the sound that you sent,
which is deleted once its text is there.
`;

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}

/** A list of rows, one a line; a page at a time, in the order of where they lie, which does not change within a transaction. */
async function* rowsOf(
  tx: Tx,
  table: string,
  where: ReturnType<typeof sql>,
  without: readonly string[],
): AsyncGenerator<string> {
  const cursor = sql.identifier(`export_${table}`);
  const left = sql`array[${sql.join(
    without.map((column) => sql`${column}`),
    sql`, `,
  )}]::text[]`;
  await tx.execute(
    sql`declare ${cursor} no scroll cursor for
      select to_jsonb(t) - ${left} as row from ${sql.identifier(table)} t where ${where}`,
  );
  yield '[';
  for (let n = 0; ;) {
    const { rows } = await tx.execute(sql`fetch ${sql.raw(String(PAGE))} from ${cursor}`);
    const page = z.array(rowOf).parse(rows);
    for (const { row } of page) {
      yield `${n === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`;
      n += 1;
    }
    if (page.length < PAGE) break;
  }
  await tx.execute(sql`close ${cursor}`);
  yield '\n]\n';
}

const TYPES: Readonly<Record<string, object>> = {
  text: { type: 'string' },
  uuid: { type: 'string', format: 'uuid' },
  timestamptz: { type: 'string', format: 'date-time' },
  bool: { type: 'boolean' },
  int2: { type: 'integer' },
  int4: { type: 'integer' },
  int8: { type: 'integer' },
  _int8: { type: 'array', items: { type: 'integer' } },
  // An object or a list, as it was kept.
  jsonb: {},
};

async function* schemaOf(
  tx: Tx,
  tables: readonly { table: string; rule: { holds: string; without?: readonly string[] } }[],
): AsyncGenerator<string> {
  const { rows } = await tx.execute(sql`
    select table_name as table, column_name as column, udt_name as type, is_nullable = 'YES' as nullable
    from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`);
  const columns = z.array(columnRow).parse(rows);
  const properties = Object.fromEntries(
    tables.map(({ table, rule }) => [
      `data/${table}.json`,
      {
        description: rule.holds,
        type: 'array',
        items: {
          type: 'object',
          properties: Object.fromEntries(
            columns
              .filter((one) => one.table === table && !(rule.without ?? []).includes(one.column))
              .map(({ column, type, nullable }) => [column, typed(type, nullable)]),
          ),
        },
      },
    ]),
  );
  yield `${JSON.stringify(
    { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Aisha, export', properties },
    null,
    2,
  )}\n`;
}

function typed(type: string, nullable: boolean): object {
  const known = TYPES[type] ?? {};
  return nullable && 'type' in known ? { ...known, type: [known.type, 'null'] } : known;
}

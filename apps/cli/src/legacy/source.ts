import pg from 'pg';
import { Trouble } from '../command.ts';
import { codeOf, reasonOf } from '../reason.ts';
import type { Found } from './mapping.ts';

const BATCH = 500;

export type Row = Readonly<Record<string, unknown>>;

/** SQLAlchemy writes UTC into columns that know no zone; node-postgres would take it for this machine's time. */
const parserOf: typeof pg.types.getTypeParser = (oid, format) =>
  oid === pg.types.builtins.TIMESTAMP && format !== 'binary'
    ? (value: string) => new Date(`${value.replace(' ', 'T')}Z`)
    : pg.types.getTypeParser(oid, format);

/** The older database, only read, and as it was at one moment. */
export interface Source {
  /** Its tables and their columns. */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
  /** All rows, under our names; a field without a column is undefined. */
  rows(found: Found): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}

/** @param address also in the older system's form, postgresql+asyncpg:// */
export async function openSource(address: string): Promise<Source> {
  const url = address.replace(/^postgres(ql)?(\+\w+)?:\/\//, 'postgresql://');
  if (!url.startsWith('postgresql://') || !URL.canParse(url))
    throw new Trouble(
      '--from names no address of a database',
      'the file must have postgresql://user:password@host:5432/name in it',
    );
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'aisha-import-legacy',
    types: { getTypeParser: parserOf },
  });
  // Its rejections tell the same.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin transaction isolation level repeatable read read only');
  } catch (error) {
    throw new Trouble(
      `the older database cannot be read: ${reasonOf(error)}`,
      codeOf(error) === '28P01'
        ? 'the user or the password in --from is wrong'
        : 'see --from, and whether the server may be reached from here',
    );
  }
  const { rows: found } = await client.query<{ table_name: string; column_name: string }>(
    `select table_name, column_name from information_schema.columns
      where table_schema = any(current_schemas(false)) order by table_name, ordinal_position`,
  );
  const tables = new Map<string, Set<string>>();
  for (const { table_name: table, column_name: column } of found)
    tables.set(table, (tables.get(table) ?? new Set()).add(column));

  async function* read(table: string, select: string, order: string): AsyncGenerator<readonly Row[]> {
    const name = pg.escapeIdentifier(table);
    await client.query(`declare legacy cursor for select ${select} from ${name} order by ${order}`);
    try {
      for (;;) {
        const { rows } = await client.query<Row>(`fetch ${BATCH} from legacy`);
        if (rows.length === 0) return;
        yield rows;
      }
    } finally {
      await client.query('close legacy');
    }
  }

  return {
    tables,
    rows({ table, columns }) {
      const select = Object.entries(columns).flatMap(([field, column]) =>
        column === null ? [] : [`${pg.escapeIdentifier(column)} as ${pg.escapeIdentifier(field)}`],
      );
      return read(table, select.join(', '), '1');
    },
    close: () => client.end(),
  };
}

import { type Db } from '@aisha/db';
import { type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

/** Rows taken in one pass; what is left is taken by the next. */
export const BATCH = 200;

/** Until a swept row is looked at again, unless its job moves it on before. Recovery after an emptied Redis is this plus the pass. */
export const AGAIN = sql`now() + interval '20 seconds'`;

/** Rows of a table that are to be looked at; those that another sweeper holds are left to it. */
export function due(db: Pick<Db, 'select'>, table: PgTable, id: SQL, where: SQL | undefined): SQL {
  return sql`${id} in (${db.select({ id }).from(table).where(where).limit(BATCH).for('update', { skipLocked: true })})`;
}

import { parseArgs } from 'node:util';
import { loadParts } from '@aisha/config';
import { type Db, falJobs, notifications, orders } from '@aisha/db';
import { and, asc, count, eq, gt, inArray, lt, sql } from 'drizzle-orm';
import { type ExitStatus, type Io, UsageError } from '../command.ts';
import { withDatabase } from '../database.ts';
import { age, table } from '../table.ts';
import { failed, refund, retry } from './mend.ts';

const UNDER_WAY = ['queued', 'running'] as const;
/** The sweeper looks every two seconds and puts the next look off: a row that is overdue by this was not looked at. */
const OVERDUE = sql`now() - interval '1 minute'`;

/**
 * `aisha orders`: the last day's orders; `stuck`: what nobody looks after, which must be nothing: 1 when there is any;
 * `failed`, `retry` and `refund`: see `mend.ts`.
 */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, reason: { type: 'string' }, failure: { type: 'string' } },
  });
  const [what, orderId, ...rest] = positionals;
  if (what === 'retry' || what === 'refund') {
    if (rest.length > 0 || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(orderId ?? ''))
      throw new UsageError(`${what} needs the id of one order`);
    return (what === 'retry' ? retry : refund)(io, orderId ?? '', values);
  }
  if (orderId !== undefined || (what !== undefined && what !== 'stuck' && what !== 'failed'))
    throw new UsageError('nothing, "stuck", "failed", or "retry" and "refund" with an order');
  if (what === 'failed') return failed(io, values);
  const { database } = loadParts('orders', ['database'], io.env);
  return withDatabase(database, 'aisha-orders', (db) => (what === 'stuck' ? stuck(db, io) : day(db, io)));
}

async function day(db: Db, io: Io): Promise<ExitStatus> {
  const rows = await db
    .select({ kind: orders.kind, state: orders.state, n: count() })
    .from(orders)
    .where(gt(orders.createdAt, sql`now() - interval '1 day'`))
    .groupBy(orders.kind, orders.state)
    .orderBy(asc(orders.kind), asc(orders.state));
  io.out(
    rows.length === 0
      ? 'No orders in the last 24 hours.\n'
      : table(
          ['KIND', 'STATE', 'LAST 24 H'],
          rows.map(({ kind, state, n }) => [kind, state, String(n)]),
        ),
  );
  return 0;
}

async function stuck(db: Db, io: Io): Promise<ExitStatus> {
  const rows = await db
    .select({
      id: orders.id,
      kind: orders.kind,
      state: orders.state,
      owner: orders.ownerId,
      stage: sql<string | null>`${orders.progress}->>'stage'`,
      created: orders.createdAt,
      fal: falJobs.state,
    })
    .from(orders)
    .leftJoin(falJobs, eq(falJobs.orderId, orders.id))
    .where(and(inArray(orders.state, UNDER_WAY), lt(orders.nextCheckAt, OVERDUE)))
    .orderBy(asc(orders.createdAt))
    .limit(100);
  const untold = await db.$count(
    notifications,
    and(eq(notifications.state, 'pending'), lt(notifications.nextCheckAt, OVERDUE)),
  );
  if (rows.length === 0 && untold === 0) {
    io.out('✓ Every order under way and every message owed is looked after.\n');
    return 0;
  }
  if (rows.length > 0)
    io.out(
      table(
        ['ORDER', 'KIND', 'STATE', 'STAGE', 'FAL', 'OWNER', 'AGE'],
        rows.map((row) => [
          row.id,
          row.kind,
          row.state,
          row.stage ?? '',
          row.fal ?? '',
          String(row.owner),
          age(row.created),
        ]),
      ),
    );
  io.err(
    `✗ ${rows.length} orders and ${untold} messages are overdue\n  → no worker sweeps: see whether one runs (aisha doctor, its log); they go on by themselves when it does\n`,
  );
  return 1;
}

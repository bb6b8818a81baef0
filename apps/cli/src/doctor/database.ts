import type { DatabaseConfig } from '@aisha/config';
import { type Db, isPooled, migrationStatus } from '@aisha/db';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { withAnyDatabase } from '../database.ts';
import { codeOf } from '../reason.ts';
import { attempt, type Check, failed, type Finding, ok, unconfigured, warning } from './finding.ts';

/** What the product is tested with starts at 17; 15 has everything that its SQL needs. */
const OLDEST = 15;
/** Two bots, two APIs and a worker, and one more while a release replaces them. */
const PROCESSES = 6;

const factsShape = z.object({
  version: z.string(),
  standby: z.boolean(),
  encoding: z.string(),
  most: z.coerce.number(),
  reserved: z.coerce.number(),
  open: z.coerce.number(),
  size: z.string(),
});

export const checkDatabase: Check = async ({ database: config }) => {
  if (!config) return unconfigured('PostgreSQL');
  const reached = await attempt('reachable', mend, () =>
    withAnyDatabase(config, 'aisha-doctor', (db) => look(db, config.poolSize)),
  );
  if (reached.some(({ what, verdict }) => what === 'reachable' && verdict === 'failed')) return reached;
  const others = await Promise.all([
    attempt('migrations', 'pnpm db:migrate', () => migrations(config)),
    attempt('hand-over', mend, () => handover(config)),
  ]);
  return [...reached, ...others.flat()];
};

async function look(db: Db, poolSize: number): Promise<Finding[]> {
  await db.execute(sql`select 1`);
  const asked = performance.now();
  const { rows } = await db.execute(sql`
    select current_setting('server_version') as version, pg_is_in_recovery() as standby,
      current_setting('server_encoding') as encoding, current_setting('max_connections') as most,
      current_setting('superuser_reserved_connections') as reserved,
      (select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
        and application_name <> 'aisha-doctor') as open,
      pg_size_pretty(pg_database_size(current_database())) as size`);
  const took = Math.round(performance.now() - asked);
  const facts = factsShape.parse(rows[0]);
  const findings = [ok('reachable', `PostgreSQL ${facts.version} in ${took} ms, ${facts.size}`)];
  if (Number.parseInt(facts.version, 10) < OLDEST)
    findings.push(warning('version', facts.version, `use PostgreSQL ${OLDEST} or newer; 17 is tested`));
  if (facts.standby)
    findings.push(
      failed('writable', 'a standby, which only reads', 'let DATABASE_URL point to the primary server'),
    );
  if (facts.encoding !== 'UTF8')
    findings.push(
      failed('encoding', facts.encoding, 'make the database anew: create database … encoding UTF8'),
    );
  return [...findings, connections(facts, poolSize)];
}

function connections(facts: z.output<typeof factsShape>, poolSize: number): Finding {
  const free = facts.most - facts.reserved;
  const found = `pools of ${poolSize}, ${free} connections for all (${facts.open} open now)`;
  if (poolSize > free)
    return failed('connections', found, `lower DATABASE_POOL_SIZE, or raise max_connections`);
  if (PROCESSES * poolSize > free)
    return warning(
      'connections',
      `${found}: enough for ${Math.floor(free / poolSize)} processes`,
      `a cluster with a release under way is ${PROCESSES}: lower DATABASE_POOL_SIZE to ${Math.max(2, Math.floor(free / PROCESSES))}, or raise max_connections to ${PROCESSES * poolSize + facts.reserved}`,
    );
  return ok('connections', found);
}

/** What tells the standby that the active bot was killed. */
async function handover(config: DatabaseConfig): Promise<Finding> {
  return (await isPooled(config))
    ? ok(
        'hand-over',
        'through a pooler: a killed bot is replaced when its lease has run out (BOT_LEASE_MS), not at once',
      )
    : ok('hand-over', 'directly to PostgreSQL: a killed bot is replaced at once');
}

async function migrations(config: { readonly url: string }): Promise<Finding> {
  const { applied, pending, unknown } = await migrationStatus(config);
  if (pending.length > 0)
    return failed(
      'migrations',
      `${pending.length} of ${applied + pending.length} not applied`,
      'run pnpm db:migrate',
    );
  if (unknown > 0)
    return warning(
      'migrations',
      `all ${applied} applied, and ${unknown} that this version does not know`,
      'the database belongs to a newer version: deploy that one, or restore the backup of before',
    );
  return ok('migrations', `all ${applied} applied`);
}

function mend(error: unknown): string {
  switch (codeOf(error)) {
    case '28P01':
    case '28000':
      return 'the user or the password is wrong: see DATABASE_URL (POSTGRES_USER, POSTGRES_PASSWORD) and pg_hba.conf';
    case '3D000':
      return 'there is no such database: create it, or mend the name in DATABASE_URL (POSTGRES_DB)';
    case '53300':
      return 'all connections are taken: raise max_connections or lower DATABASE_POOL_SIZE';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name in DATABASE_URL (POSTGRES_HOST) is not known here';
    case 'ECONNREFUSED':
      return 'nothing listens there: start PostgreSQL, or mend host and port in DATABASE_URL';
    default:
      return 'see DATABASE_URL (or POSTGRES_*), and whether the server may be reached from here';
  }
}

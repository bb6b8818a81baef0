import type { DatabaseConfig, RedisConfig, StorageConfig } from '@aisha/config';
import { openRedis, type RedisConnection } from '@aisha/queue';
import { silentLogger } from '@aisha/service';
import { createStorage } from '@aisha/storage/s3';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { withAnyDatabase } from '../database.ts';
import { attempt, type Check, type Finding, ok, type Parts, warning } from './finding.ts';

const MANUAL = 'docs/OPERATIONS.md, "Rights"';

/** What a process may do that it need not, and whether anybody on the way could read along or answer in its place. */
export const checkRights: Check = async ({ database, redis, storage }: Parts) => {
  const found = await Promise.all([
    database && attempt('PostgreSQL', 'see the part database', () => ofDatabase(database)),
    redis && attempt('Redis', 'see the part redis', () => ofRedis(redis)),
    storage && attempt('S3', 'see the part storage', () => ofStorage(storage)),
  ]);
  return [...found.flatMap((one) => one ?? []), ...ways({ database, redis, storage })];
};

const rightsShape = z.object({
  attributes: z.array(z.string()),
  creates: z.boolean(),
  owns: z.boolean(),
  others: z.array(z.string()),
});

async function ofDatabase(config: DatabaseConfig): Promise<Finding> {
  const { attributes, creates, owns, others } = await withAnyDatabase(config, 'aisha-doctor', async (db) => {
    const { rows } = await db.execute(sql`
      select array_remove(array[case when rolsuper then 'superuser' end, case when rolcreatedb then 'createdb' end,
          case when rolcreaterole then 'createrole' end, case when rolreplication then 'replication' end,
          case when rolbypassrls then 'bypassrls' end], null) as attributes,
        has_database_privilege(current_database(), 'create') or has_schema_privilege('public', 'create') as creates,
        exists (select from pg_class where relnamespace = 'public'::regnamespace and pg_has_role(relowner, 'usage')) as owns,
        array(select datname::text from pg_database where datallowconn and datname <> current_database()
          and has_database_privilege(oid, 'connect') order by 1) as others
      from pg_roles where rolname = current_user`);
    return rightsShape.parse(rows[0]);
  });
  const more = [
    ...attributes,
    ...(creates || owns ? ['may change the schema'] : []),
    ...(others.length > 0 ? [`may connect to ${few(others)}`] : []),
  ];
  return more.length === 0
    ? ok('PostgreSQL', 'rows of our tables')
    : warning(
        'PostgreSQL',
        `the user of DATABASE_URL has more rights than it needs: ${more.join(', ')}`,
        `give the processes a role of their own: ${MANUAL}`,
      );
}

async function ofRedis(config: RedisConfig): Promise<Finding[]> {
  const answers = (redis: RedisConnection, ...[command, ...args]: [string, ...string[]]) =>
    redis.call(command, ...args).then(
      () => true,
      () => false,
    );
  const findings = await withRedis(config, async (redis) => {
    await redis.ping();
    const more = [
      ...((await answers(redis, 'acl', 'list')) ? ['it administers users and the server'] : []),
      // Nobody's key: reading it changes nothing.
      ...((await answers(redis, 'get', 'aisha-doctor:not-ours')) ? ["it reads others' keys"] : []),
    ];
    return more.length === 0
      ? ok('Redis', 'our keys, the commands of the queues')
      : warning(
          'Redis',
          `the user of REDIS_URL has more rights than it needs: ${more.join(', ')}`,
          `give the processes a user of their own: ${MANUAL}`,
        );
  });
  const nobody = new URL(config.url);
  nobody.username = '';
  nobody.password = '';
  const open = await withRedis({ ...config, url: nobody.href }, (redis) => answers(redis, 'ping')).catch(
    () => false,
  );
  return open
    ? [
        findings,
        warning(
          'Redis without a password',
          'whoever reaches it is let in as the user "default"',
          `give that user a password or turn it off: ${MANUAL}`,
        ),
      ]
    : [findings];
}

async function withRedis<T>(config: RedisConfig, work: (redis: RedisConnection) => Promise<T>): Promise<T> {
  const redis = openRedis(config, {
    lazyConnect: true,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // The question is whether it lets us in at all.
    enableReadyCheck: false,
    connectionName: 'aisha-doctor',
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function ofStorage(config: StorageConfig): Promise<Finding> {
  const storage = createStorage(config, { log: silentLogger });
  try {
    const [others, administers] = await Promise.all([storage.foreignBuckets(), storage.administers()]);
    const more = [
      ...(others.length > 0 ? [`it lists buckets that are not ours (${few(others)})`] : []),
      ...(administers ? ['it administers our buckets'] : []),
    ];
    return more.length === 0
      ? ok('S3', 'objects of our buckets')
      : warning(
          'S3',
          `the key of MINIO_ACCESS_KEY has more rights than it needs: ${more.join(', ')}`,
          `give the processes a key for their three buckets alone: ${MANUAL}`,
        );
  } finally {
    storage.close();
  }
}

/** In the clear or unproven, to another machine. A name without a dot is one of the cluster's own network. */
function ways({ database, redis, storage }: Pick<Parts, 'database' | 'redis' | 'storage'>): Finding[] {
  const findings: Finding[] = [];
  const clear = (what: string, variable: string, mend: string) =>
    findings.push(warning(what, `${variable} leads to another machine in the clear`, mend));
  if (database?.tls?.verify === 'none')
    findings.push(
      warning(
        'way to PostgreSQL',
        'encrypted, but whoever answers is taken for it',
        'say sslmode=verify-full in DATABASE_URL, and name its authority in DATABASE_CA_FILE',
      ),
    );
  if (database && !database.tls && isElsewhere(database.url))
    clear('way to PostgreSQL', 'DATABASE_URL', 'say sslmode=verify-full in it, with DATABASE_CA_FILE');
  if (redis?.url.startsWith('redis:') && isElsewhere(redis.url))
    clear('way to Redis', 'REDIS_URL', 'use rediss:// there');
  if (storage?.endpoint.startsWith('http:') && isElsewhere(storage.endpoint))
    clear('way to S3', 'MINIO_ENDPOINT', 'use https:// there');
  return findings;
}

function isElsewhere(address: string): boolean {
  const { hostname } = new URL(address);
  return /[.:]/.test(hostname) && !/^(127\.|\[::1\]$)/.test(hostname);
}

const few = (names: readonly string[]) =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');

import { openRedis, type RedisConnection } from '@aisha/queue';
import { codeOf } from '../reason.ts';
import { attempt, type Check, failed, type Finding, ok, unconfigured, warning } from './finding.ts';

const OLDEST = [6, 2] as const;
/** The lease is renewed every second and asks for an answer within it; a queue's scripts run by the hundred. */
const SLOW_MS = 20;

export const checkRedis: Check = async ({ redis: config }) => {
  if (!config) return unconfigured('Redis');
  const redis = openRedis(config, {
    lazyConnect: true,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectionName: 'aisha-doctor',
  });
  let trouble: unknown;
  redis.on('error', (error) => (trouble = error));
  try {
    return await attempt('reachable', mend, async () => {
      // A failed connect says only that it is closed; the reason comes as an event.
      await redis.connect().catch((error: unknown) => {
        throw trouble instanceof Error ? trouble : error;
      });
      return look(redis);
    });
  } finally {
    redis.disconnect();
  }
};

async function look(redis: RedisConnection): Promise<Finding[]> {
  const info = parse(await redis.info());
  const version = info.get('redis_version') ?? '?';
  const latency = await fastestPing(redis);
  const speed = `${latency.toFixed(1)} ms`;
  const findings = [
    latency > SLOW_MS
      ? warning('reachable', `Redis ${version}, ${speed} for an answer`, 'let it run nearer to the processes')
      : ok('reachable', `Redis ${version}, ${speed} for an answer`),
  ];
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    findings.push(failed('version', version, `the queues need Redis ${OLDEST.join('.')} or newer`));
  if (info.get('role') !== 'master')
    findings.push(
      failed('writable', `a ${info.get('role') ?? '?'}`, 'let REDIS_URL point to the primary server'),
    );
  return [...findings, memory(info), persistence(info, await savePoints(redis))];
}

/** INFO tells it also where CONFIG is forbidden. */
function memory(info: ReadonlyMap<string, string>): Finding {
  const policy = info.get('maxmemory_policy') ?? '?';
  const most = Number(info.get('maxmemory') ?? 0);
  const used = Number(info.get('used_memory') ?? 0);
  const limit = most > 0 ? `${megabytes(used)} of ${megabytes(most)}` : `${megabytes(used)}, no limit`;
  if (policy !== 'noeviction')
    return failed(
      'maxmemory-policy',
      `${policy}: Redis may throw jobs and the lease away`,
      'set maxmemory-policy noeviction in redis.conf, or: redis-cli config set maxmemory-policy noeviction',
    );
  if (most > 0 && used > 0.8 * most)
    return warning('memory', limit, 'raise maxmemory: when it is full no job can be enqueued');
  return ok('maxmemory-policy', `noeviction, ${limit}`);
}

function persistence(info: ReadonlyMap<string, string>, save: string | null): Finding {
  const advice =
    'set appendonly yes (and appendfsync everysec) in redis.conf; without it nothing is lost either, but every unfinished job starts anew';
  if (info.get('aof_enabled') === '1')
    return info.get('aof_last_write_status') === 'err'
      ? failed('persistence', 'the append-only file cannot be written', 'look at the disk of Redis')
      : ok('persistence', 'append-only file');
  if (info.get('rdb_last_bgsave_status') === 'err')
    return failed('persistence', 'snapshots cannot be written', 'look at the disk of Redis');
  if (save === null)
    return warning('persistence', 'no append-only file; snapshots cannot be asked for', advice);
  return save === ''
    ? warning('persistence', 'off: a restart of Redis empties it', advice)
    : warning('persistence', `snapshots only (save ${save}): a crash loses minutes`, advice);
}

/** Managed servers forbid CONFIG. */
async function savePoints(redis: RedisConnection): Promise<string | null> {
  const answer: unknown = await redis.config('GET', 'save').catch(() => null);
  return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : null;
}

/** Of a few: the others waited for this process, not for Redis. */
async function fastestPing(redis: RedisConnection): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 11; n += 1) {
    const asked = performance.now();
    await redis.ping();
    times.push(performance.now() - asked);
  }
  return Math.min(...times);
}

function parse(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1024 / 1024)} MB`;

function mend(error: unknown): string {
  const said = error instanceof Error ? error.message : '';
  if (/WRONGPASS|NOAUTH|invalid password|invalid username/i.test(said))
    return 'the password is wrong or missing: see REDIS_URL (REDIS_PASSWORD)';
  if (/DB index/i.test(said)) return 'there is no database of that number: see REDIS_URL (REDIS_DB)';
  switch (codeOf(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name in REDIS_URL (REDIS_HOST) is not known here';
    case 'ECONNREFUSED':
      return 'nothing listens there: start Redis, or mend host and port in REDIS_URL';
    default:
      return 'see REDIS_URL (or REDIS_*), and whether the server may be reached from here';
  }
}
